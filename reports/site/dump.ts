/** Everything that a site shows, for machines: all results, and a row for each cell of each run. */
import { deviceText } from '../../common/run/device.js';
import { threadCounts } from '../../common/run/results.js';
import { csvLine } from '../csv-text.js';
import { machineKey, stablePart } from '../history/machine.js';
import type { ShownRun } from './contents.js';

/** A line a run: its results with every sample, and whether it is retracted. */
export function ndjsonOf(runs: readonly ShownRun[]): string[] {
  return runs.map(({ results, retraction }) => {
    const machine = machineKey(stablePart(results.machine));
    return `${JSON.stringify({ machine, retracted: retraction ?? null, results })}\n`;
  });
}

const head = [
  ...['run', 'started_at', 'touchstone', 'commit', 'machine', 'processor', 'retracted'],
  ...['cell', 'workload', 'mode', 'batch', 'length', 'threads', 'precision', 'target', 'framework'],
  ...['device', 'versions', 'state', 'reason', 'time_ns', 'low_ns', 'high_ns', 'level', 'rounds'],
  ...['items_per_second', 'cpu_ns', 'load_ns', 'first_ns', 'peak_rss_bytes', 'device_bytes'],
];

export function cellsCsv(runs: readonly ShownRun[]): string[] {
  return [head, ...runs.flatMap(rowsOf)].map((row) => `${csvLine(row)}\r\n`);
}

type Value = string | number | null | undefined;

function rowsOf({ results, retraction }: ShownRun): (string | number | null)[][] {
  const { id, startedAt, touchstone, machine, options } = results;
  const [count, ...otherCounts] = threadCounts(options);
  const common: Value[] = [
    ...[id, startedAt, touchstone.version, touchstone.commit],
    ...[machineKey(stablePart(machine)), machine.cpu, retraction?.reason],
  ];
  const targets = new Map(results.targets.map((target) => [target.target, target]));
  return results.cells.map((cell) => {
    const target = targets.get(cell.target);
    const { metrics } = cell;
    const versions = Object.entries(target?.versions ?? {}).map(([name, version]) => `${name} ${version}`);
    const time = metrics?.iterationNs;
    return [
      ...common,
      ...[cell.id, cell.workload, cell.mode, cell.batch, cell.length],
      ...[cell.threads ?? (otherCounts.length === 0 ? count : undefined), cell.precision, cell.target],
      ...[target?.framework, target?.device ? deviceText(target.device) : undefined, versions.join(', ')],
      ...[cell.state, cell.reason, time?.value, time?.low, time?.high, time?.level, time?.rounds],
      ...[metrics?.itemsPerSecond.value, metrics?.cpuNsPerIteration?.value, metrics?.loadNs?.value],
      ...[metrics?.firstNs?.value, metrics?.peakRssBytes?.value, metrics?.deviceBytes?.value],
    ].map((value: Value) => value ?? null);
  });
}
