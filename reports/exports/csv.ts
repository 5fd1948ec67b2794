/** Tidy data: a row for each sample, with all that is needed to make the estimates again. */
import { deviceId } from '../../common/run/device.js';
import { type CellResult, type RunResults, threadCounts } from '../../common/run/results.js';
import { plain } from '../../common/text.js';
import { csvLine } from '../csv-text.js';

const head = [
  ...['run', 'cell', 'workload', 'mode', 'batch', 'length', 'threads', 'precision', 'target', 'device'],
  ...['state', 'round', 'block', 'process', 'turn_start_ms', 'sample', 'iterations', 'time_ns', 'left_out'],
];

/** In parts, a cell each: a long run has millions of rows. */
export function* samplesCsv(results: RunResults): Generator<string> {
  yield `${csvLine(head)}\r\n`;
  const [threads] = threadCounts(results.options);
  for (const cell of results.cells) yield rowsOf(results.id, cell, threads ?? null);
}

function rowsOf(run: string, cell: CellResult, threads: number | null): string {
  const { workload, mode, batch, length, precision, target, state } = cell;
  const identity = [
    ...[plain(run), plain(cell.id), plain(workload), mode, batch, length ?? null],
    ...[cell.threads ?? threads, precision, plain(target), deviceId(cell.device), state],
  ];
  const rows = cell.samples.flatMap(({ round, block, process, startMs, samplesNs, batch: of, leftOut }) =>
    samplesNs.map((ns, sample) =>
      csvLine([...identity, round + 1, block + 1, process, startMs, sample + 1, of ?? 1, ns, leftOut]),
    ),
  );
  return rows.map((row) => `${row}\r\n`).join('');
}
