/**
 * `npm run measure:aa`: every target against itself, under two names, through the whole harness. There is nothing to
 * find, so a 99 % interval that excludes 1 is a false alarm; about 1 in 100 may be.
 *
 * Options: `-- --targets 'pytorch/*' --rounds 40 --time 10m --resume <folder>`. Consecutive windows of eight rounds
 * are one comparison each.
 */
import { parseArgs } from 'node:util';
import { type TimedOptions, usualDeadlineMs } from '../../cli/options.js';
import { type Prepared, prepare } from '../../cli/prepare.js';
import { duration, integers, modeNames, names, positiveInteger } from '../../cli/values.js';
import { pairedLogRatios } from '../../reports/analyse/estimates.js';
import { readRun } from '../../reports/analyse/index.js';
import type { PlannedCell, RunEvent } from '../../reports/schema/run-folder.js';
import { clopperPearson } from '../../reports/statistics/binomial.js';
import { quantile } from '../../reports/statistics/quantiles.js';
import { signedRankInterval } from '../../reports/statistics/signed-rank.js';
import { targetOf } from '../../runners/schedule/live-worker.js';
import { measureRun, say } from './new-run.js';
import { markdownTable } from './table.js';

const window = 8;
const twin = '~twin';

const { values } = parseArgs({
  options: {
    targets: { type: 'string', default: '*/*' },
    workload: { type: 'string', default: '*' },
    mode: { type: 'string', default: 'inference,training' },
    batch: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '40' },
    time: { type: 'string', default: '8m' },
    seed: { type: 'string', default: '1' },
    resume: { type: 'string' },
  },
});
const options: TimedOptions = {
  workload: names(values.workload),
  targets: names(values.targets),
  mode: modeNames(values.mode),
  batch: integers(values.batch),
  rounds: positiveInteger(values.rounds),
  threads: 1,
  time: duration(values.time),
  seed: Number(values.seed),
  deadline: usualDeadlineMs,
};

const prepared = withTwins(await prepare(options, say));
const folder = await measureRun('aa', options, prepared, values.resume);
report((await readRun(folder)).events, prepared.cells);
say(`run: ${folder}`);

/** Null targets measure nothing that could differ; every other one is planned twice. */
function withTwins(plan: Prepared): Prepared {
  const real = plan.targets.filter(({ target }) => !target.isNull);
  const cells = plan.cells.filter((cell) => cell.decided === null && !cell.target.startsWith('null/'));
  const asTwin = (cell: PlannedCell) => ({ ...cell, id: cell.id + twin, target: cell.target + twin });
  return { ...plan, targets: real, cells: [...cells, ...cells.map(asTwin)] };
}

function report(events: readonly RunEvent[], cells: readonly PlannedCell[]): void {
  const rows: string[][] = [];
  let [comparisons, alarms] = [0, 0];
  for (const name of [...new Set(cells.map((cell) => targetOf(cell.target)))]) {
    const mine = cells
      .filter((cell) => cell.target === name)
      .map((cell) => pairedLogRatios(turnsOf(events, cell.id), turnsOf(events, cell.id + twin)));
    const usable = mine.flatMap((ratios) =>
      windowsOf(ratios).flatMap((part) => signedRankInterval(part) ?? []),
    );
    const excluding = usable.filter((interval) => interval.low > 0 || interval.high < 0);
    const widths = usable.map((interval) => Math.exp(interval.high - interval.low) - 1);
    comparisons += usable.length;
    alarms += excluding.length;
    const middle = widths.length > 0 ? `${(100 * quantile(widths, 0.5)).toFixed(1)} %` : '';
    rows.push([name, String(usable.length), String(excluding.length), middle]);
  }
  const bound = clopperPearson(alarms, comparisons, 0.95);
  const share = `${((100 * alarms) / comparisons).toFixed(1)} % [${(100 * bound.low).toFixed(1)}, ${(100 * bound.high).toFixed(1)}]`;
  rows.push(['all', String(comparisons), `${alarms} (${share})`, '']);
  const head = [
    'target, against itself',
    'comparisons',
    '99 % intervals that exclude 1',
    'median width of the interval',
  ];
  process.stdout.write(`${markdownTable(head, rows)}\n`);
}

function turnsOf(events: readonly RunEvent[], cell: string) {
  const turns = events.filter((event) => event.type === 'turn').filter((event) => event.cell === cell);
  return turns.map(({ witness = null, ...turn }) => ({ ...turn, witness, leftOut: null }));
}

function windowsOf(ratios: readonly number[]): number[][] {
  const count = Math.floor(ratios.length / window);
  return Array.from({ length: count }, (_, index) => ratios.slice(index * window, (index + 1) * window));
}
