/** Sweeps in the terminal: a row for each target, a column for each place on the axis. Two batches are in their own tables already. */
import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import pc from 'picocolors';
import type { RunResults } from '../../common/run/results.js';
import { type Axis, type ScalingLine, type Sweep, sweepsOf } from '../analyse/scaling.js';
import { inline, rate, ratio, sweepTitle } from '../text.js';
import { fitted, fittedTarget, noBorders } from './lines.js';

export function scalingTexts(results: RunResults, columns: number): string[] {
  return sweepsOf(results)
    .filter(({ axis, values }) => axis !== 'batch' || values.length > 2)
    .map((sweep) => sweepText(sweep, columns));
}

function sweepText(sweep: Sweep, columns: number): string {
  const { axis, identity, values } = sweep;
  let places = values;
  let table = sweepTable(sweep, places);
  // The last place is as telling as the first ones.
  while (places.length > 2 && widthOf(table) > columns) {
    places = [...values.slice(0, places.length - 2), ...values.slice(-1)];
    table = sweepTable(sweep, places);
  }
  const unit = axis === 'length' ? 'steps/s' : 'examples/s';
  const hidden = places.length < values.length ? '; the report has all of them' : '';
  const title = fitted(`${sweepTitle(axis, identity)}: ${unit}${hidden}`, columns);
  return [pc.bold(pc.cyan(title)), table].join('\n');
}

function widthOf(table: string): number {
  return Math.max(...table.split('\n').map((line) => [...stripVTControlCharacters(line).trimEnd()].length));
}

function sweepTable({ axis, lines }: Sweep, places: readonly number[]): string {
  const table = new Table({
    head: ['target', ...places.map((at) => at.toLocaleString('en'))].map((text) => pc.dim(text)),
    colAligns: ['left', ...places.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true, 'padding-left': 1, 'padding-right': 1 },
    chars: noBorders,
  });
  for (const line of lines) {
    table.push([fittedTarget(line.target, 24), ...places.map((at) => cellText(axis, line, at))]);
  }
  return table.toString();
}

/** `12,300`; along threads with the speed-up, `21,000 1.71×`. */
function cellText(axis: Axis, { points, missing }: ScalingLine, at: number): string {
  const point = points.find((candidate) => candidate.at === at);
  if (!point) return pc.dim(missing.get(at)?.state ?? '–');
  const speed = rate(point.throughput).value;
  if (axis !== 'threads' || !point.speedUp || point === points[0]) return speed;
  return `${speed} ${pc.dim(inline({ ...ratio(point.speedUp), interval: '' }))}`;
}
