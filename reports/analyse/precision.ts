/** `--precision`: rounds go on until every ratio of a group is precise enough, at looks that are planned beforehand. */
import { type GroupIdentity, groupKey } from '../../common/run/cell.js';
import type { CellResult, Group, RunResults } from '../../common/run/results.js';
import type { RunEvent, RunManifest } from '../../common/run/run-folder.js';
import { type StoppingRule, stopAtLooks } from '../../common/run/stopping-rule.js';
import { precisionLooks } from '../../common/statistics/sampling.js';
import { analyse } from './analyse.js';

/** The rule of a run that was asked for a precision; undefined for all others. */
export function precisionRuleFor(manifest: RunManifest): StoppingRule | undefined {
  const { precision } = manifest.options;
  return precision === undefined ? undefined : precisionStoppingRule(manifest, precision);
}

/** @param precision half of an interval's width, as a share of the ratio: 0.01 */
export function precisionStoppingRule(manifest: RunManifest, precision: number): StoppingRule {
  const looks = precisionLooks.looks.map((look) => look.rounds);
  return stopAtLooks(manifest, looks, (events) => stillUnknown(manifest, events, precision));
}

/** Cells are measured with their whole group or not at all: its rounds are paired. */
function stillUnknown(manifest: RunManifest, events: readonly RunEvent[], precision: number): Set<string> {
  const results = analyse(manifest, events);
  const keys = new Set(impreciseGroups(results, precision).map(groupKey));
  return new Set(results.cells.filter((cell) => keys.has(groupKey(cell))).map(({ id }) => id));
}

/** Groups with a result in which an interval is wider than was asked for, or missing. */
export function impreciseGroups(
  { groups, cells }: Pick<RunResults, 'groups' | 'cells'>,
  precision: number,
): Group[] {
  return groups.filter((group) => {
    const ok = cells.filter((cell) => isOf(cell, group) && cell.metrics !== null);
    const estimates = ok.length > 1 ? group.comparisons.map(({ ratio }) => ratio) : ok.map(onlyEstimate);
    return estimates.some(
      ({ low, high }) => low === null || high === null || halfWidth(low, high) > precision,
    );
  });
}

function isOf(cell: CellResult, group: GroupIdentity): boolean {
  return groupKey(cell) === groupKey(group);
}

/** A group with a single result has no ratio: its time stands in. */
function onlyEstimate({ metrics }: CellResult): { low: number | null; high: number | null } {
  return metrics?.iterationNs ?? { low: null, high: null };
}

function halfWidth(low: number, high: number): number {
  return Math.sqrt(high / low) - 1;
}
