/**
 * How speed changes along what a run swept: batch sizes, thread counts, lengths of sequences. Everything else is constant
 * along a sweep, and only `ok` cells have a point on its lines.
 */
import { defined } from '../../common/at.js';
import { type GroupIdentity, groupKey } from '../../common/run/cell.js';
import type { CellResult, Estimate, RunResults } from '../../common/run/results.js';
import { samplingOf } from '../../common/statistics/sampling.js';
import { pairedRatio } from './estimates.js';
import { isOk, type OkCell } from './groups.js';

export const axes = ['batch', 'length', 'threads'] as const;
export type Axis = (typeof axes)[number];

export interface ScalingPoint {
  /** Batch size, steps or threads. */
  readonly at: number;
  readonly cell: OkCell;
  /** Examples per second; along lengths, steps per second. */
  readonly throughput: Estimate;
  /** Along threads: speed relative to that with the fewest, from rounds that measured both; null where those have no result. */
  readonly speedUp: Estimate | null;
  /** Speed-up ÷ the ideal for so many threads. */
  readonly efficiency: Estimate | null;
}

export interface ScalingLine {
  readonly target: string;
  /** Ascending along the axis. */
  readonly points: readonly ScalingPoint[];
  /** Planned cells without a result, by place on the axis. */
  readonly missing: ReadonlyMap<number, CellResult>;
}

export interface Sweep {
  readonly axis: Axis;
  /** What all of its cells have in common, without the axis. */
  readonly identity: GroupIdentity;
  readonly values: readonly number[];
  readonly lines: readonly ScalingLine[];
}

/** Those with results at two or more places, in the order of the plan. */
export function sweepsOf(results: RunResults): Sweep[] {
  return axes.flatMap((axis) => {
    const alongAxis = results.cells.filter((cell) => cell[axis] !== undefined);
    const families = new Map<string, CellResult[]>();
    for (const cell of alongAxis) {
      const key = groupKey(withoutAxis(cell, axis));
      families.set(key, [...(families.get(key) ?? []), cell]);
    }
    return [...families.values()].flatMap((cells) => sweepOf(axis, cells, results));
  });
}

/** The batch has to be a number: 0 stands for any. */
function withoutAxis(cell: CellResult, axis: Axis): GroupIdentity {
  const { workload, mode, batch, length, threads, precision } = cell;
  return {
    workload,
    mode,
    batch: axis === 'batch' ? 0 : batch,
    ...(axis === 'length' ? {} : { length }),
    ...(axis === 'threads' ? {} : { threads }),
    precision,
  };
}

function sweepOf(axis: Axis, cells: readonly CellResult[], results: RunResults): Sweep[] {
  const [first] = cells;
  const values = distinct(cells.map((cell) => placeOf(cell, axis))).sort((a, b) => a - b);
  const known = distinct(cells.filter(isOk).map((cell) => placeOf(cell, axis)));
  if (!first || known.length < 2) return [];
  const lines = distinct(cells.map(({ target }) => target)).map((target) =>
    lineOf(
      axis,
      target,
      cells.filter((cell) => cell.target === target),
      Math.min(...values),
      results,
    ),
  );
  return [{ axis, identity: withoutAxis(first, axis), values, lines }];
}

function lineOf(
  axis: Axis,
  target: string,
  cells: readonly CellResult[],
  start: number,
  results: RunResults,
): ScalingLine {
  const sampling = samplingOf(results.options);
  const ok = cells.filter(isOk).sort((a, b) => placeOf(a, axis) - placeOf(b, axis));
  const base = axis === 'threads' ? ok.find(({ threads }) => threads === start) : undefined;
  const points = ok.map((cell): ScalingPoint => {
    const at = placeOf(cell, axis);
    const { itemsPerSecond } = cell.metrics;
    const throughput = axis === 'length' ? times(itemsPerSecond, at) : itemsPerSecond;
    if (!base) return { at, cell, throughput, speedUp: null, efficiency: null };
    const speedUp = cell === base ? itself(cell) : pairedRatio(base.samples, cell.samples, sampling).ratio;
    return { at, cell, throughput, speedUp, efficiency: times(speedUp, start / at) };
  });
  const missing = cells.filter((cell) => !isOk(cell)).map((cell) => [placeOf(cell, axis), cell] as const);
  return { target, points, missing: new Map(missing) };
}

/** A cell against itself: known without an interval. */
function itself({ metrics }: OkCell): Estimate {
  return { ...metrics.iterationNs, value: 1, low: 1, high: 1 };
}

function placeOf(cell: CellResult, axis: Axis): number {
  return defined(cell[axis], `the ${axis} of ${cell.id}`);
}

/** The same in another unit. */
export function times({ value, low, high, ...rest }: Estimate, factor: number): Estimate {
  const scaled = (bound: number | null) => (bound === null ? null : bound * factor);
  return { ...rest, value: value * factor, low: scaled(low), high: scaled(high) };
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
