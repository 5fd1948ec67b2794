/** One number for a target over many comparisons. */
import { geometricMean } from '../../../common/statistics/geometric-mean.js';
import { ratioOf } from './ratio.js';
import { cellAt, isOk, type ResultTable } from './table.js';

export interface Overall {
  /** Geometric mean of the ratios by target; empty where no comparison is common to all. */
  readonly values: ReadonlyMap<number, number>;
  /** What it covers: `geometric mean of 4 of 8`. */
  readonly title: string;
}

/**
 * Over the comparisons in which every shown target, and the baseline, has a result: a mean over others would compare targets by
 * different workloads. It has no interval, since workloads are no sample of anything.
 */
export function overallOf(
  table: ResultTable,
  targets: readonly number[],
  groups: readonly number[],
  baselines: ReadonlyMap<number, number | undefined>,
): Overall {
  const common = groups.filter(
    (group) =>
      baselines.get(group) !== undefined &&
      targets.every((target) => isOk(table, cellAt(table, group, target))),
  );
  const values = new Map<number, number>();
  for (const target of common.length > 0 ? targets : []) {
    const ratios = common.map((group) => {
      const [cell, baseline] = [cellAt(table, group, target), baselines.get(group)];
      return cell === undefined || baseline === undefined ? 1 : ratioOf(table, cell, baseline).value;
    });
    values.set(target, geometricMean(ratios));
  }
  const title =
    common.length > 0
      ? `geometric mean of ${common.length} of ${groups.length}`
      : 'none that all targets have';
  return { values, title };
}
