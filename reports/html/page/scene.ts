/** What a chart draws: one comparison, against the baseline that a reader has chosen. */
import type { Choice } from './choice.js';
import { baselineOf, comparedTargets } from './selection.js';
import { item, type ResultTable, rankedCells } from './table.js';

export interface GroupScene {
  readonly table: ResultTable;
  readonly group: number;
  readonly title: string;
  /** The `ok` cells of shown targets, fastest first; never empty. */
  readonly cells: readonly number[];
  readonly baseline: number | undefined;
}

/** Undefined where the comparison has nothing to draw. */
export function sceneOf(table: ResultTable, choice: Choice): GroupScene | undefined {
  const { group, hiddenTargets } = choice;
  // The comparison is chosen, whether the matrix shows it or not.
  const shown = new Set(comparedTargets(table).filter((target) => !hiddenTargets.has(target)));
  const cells = rankedCells(table, group).filter((cell) => shown.has(item(table.cells.target, cell)));
  if (cells.length === 0) return undefined;
  return {
    table,
    group,
    title: item(table.groups, group).title,
    cells,
    baseline: baselineOf(table, group, choice),
  };
}
