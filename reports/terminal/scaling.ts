/** Sweeps in the terminal: a row for each target, a column for each place on the axis. Two batches are in their own tables already. */
import Table from 'cli-table3';
import pc from 'picocolors';
import type { RunResults } from '../../common/run/results.js';
import { type Axis, type ScalingLine, type Sweep, sweepsOf } from '../analyse/scaling.js';
import { inline, rate, ratio, sweepTitle } from '../text.js';
import { fitted, fittedTarget, noBorders } from './lines.js';

const columns = 100;
/** More places do not fit beside the targets' names. */
const maxPlaces = 6;

export function scalingTexts(results: RunResults): string[] {
  return sweepsOf(results)
    .filter(({ axis, values }) => axis !== 'batch' || values.length > 2)
    .map(sweepText);
}

function sweepText({ axis, identity, values, lines }: Sweep): string {
  const places =
    values.length <= maxPlaces ? values : [...values.slice(0, maxPlaces - 1), ...values.slice(-1)];
  const table = new Table({
    head: ['target', ...places.map((at) => at.toLocaleString('en'))].map((text) => pc.dim(text)),
    colAligns: ['left', ...places.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true, 'padding-left': 1, 'padding-right': 1 },
    chars: noBorders,
  });
  for (const line of lines) {
    table.push([fittedTarget(line.target, 24), ...places.map((at) => cellText(axis, line, at))]);
  }
  const unit = axis === 'length' ? 'steps/s' : 'examples/s';
  const hidden = places.length < values.length ? '; the report has all of them' : '';
  const title = fitted(`${sweepTitle(axis, identity)}: ${unit}${hidden}`, columns);
  return [pc.bold(pc.cyan(title)), table.toString()].join('\n');
}

/** `12,300`; along threads with the speed-up, `21,000 1.71×`. */
function cellText(axis: Axis, { points, missing }: ScalingLine, at: number): string {
  const point = points.find((candidate) => candidate.at === at);
  if (!point) return pc.dim(missing.get(at)?.state ?? '–');
  const speed = rate(point.throughput).value;
  if (axis !== 'threads' || !point.speedUp || point === points[0]) return speed;
  return `${speed} ${pc.dim(inline({ ...ratio(point.speedUp), interval: '' }))}`;
}
