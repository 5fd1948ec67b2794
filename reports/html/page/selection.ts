/** Which targets and comparisons are shown, and against what. */
import type { Choice } from './choice.js';
import { cellAt, isOk, item, type ResultTable, rankedCells } from './table.js';

/** With a result; what has none anywhere is said once below the matrix. */
export function comparedTargets(table: ResultTable): number[] {
  const compared = new Set(table.cells.target.filter((_, cell) => isOk(table, cell)));
  return table.targets.flatMap((_, target) => (compared.has(target) ? [target] : []));
}

/** Those that are not hidden, and were planned in a comparison that is not. */
export function shownTargets(table: ResultTable, choice: Choice): number[] {
  const groups = groupsLeft(table, choice);
  return targetsLeft(table, choice).filter((target) =>
    groups.some((group) => cellAt(table, group, target) !== undefined),
  );
}

/** Those that are not hidden, and in which a target was planned that is not. */
export function shownGroups(table: ResultTable, choice: Choice): number[] {
  const targets = targetsLeft(table, choice);
  return groupsLeft(table, choice).filter((group) =>
    targets.some((target) => cellAt(table, group, target) !== undefined),
  );
}

function targetsLeft(table: ResultTable, { hiddenTargets }: Choice): number[] {
  return comparedTargets(table).filter((target) => !hiddenTargets.has(target));
}

function groupsLeft({ groups }: ResultTable, { hiddenGroups }: Choice): number[] {
  return groups.flatMap((_, group) => (hiddenGroups.has(group) ? [] : [group]));
}

/** Whether its target and its comparison are among those that are shown. */
export function isShown(
  { cells }: ResultTable,
  cell: number,
  { hiddenTargets, hiddenGroups }: Choice,
): boolean {
  return !hiddenTargets.has(item(cells.target, cell)) && !hiddenGroups.has(item(cells.group, cell));
}

/** The fastest one, or the cell of the chosen target; undefined where it has no result. */
export function baselineOf(table: ResultTable, group: number, { baseline }: Choice): number | undefined {
  if (baseline === null) return rankedCells(table, group)[0];
  const cell = cellAt(table, group, baseline);
  return isOk(table, cell) ? cell : undefined;
}

/** The families of the targets with a result, each with its targets, in the order in which they come. */
export function familiesOf(table: ResultTable): Map<string, number[]> {
  const families = new Map<string, number[]>();
  for (const target of comparedTargets(table)) {
    const { family } = item(table.targets, target);
    families.set(family, [...(families.get(family) ?? []), target]);
  }
  return families;
}
