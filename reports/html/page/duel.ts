/** Two targets against each other, over all comparisons that are shown. */
import { geometricMean } from '../../../common/statistics/geometric-mean.js';
import { duration, inline, ratio as ratioQuantity } from '../../text.js';
import { number, type Table, type TableRow } from '../chart.js';
import type { Choice } from './choice.js';
import { boundsOf } from './detail.js';
import { symbolOf } from './matrix.js';
import { type Ratio, ratioOf, type Standing, standingOf } from './ratio.js';
import { comparedTargets, shownGroups } from './selection.js';
import { cellAt, isOk, item, type ResultTable } from './table.js';

export interface Duel {
  /** Who is faster how often, and by how much overall. */
  readonly summary: string;
  readonly table: Table;
}

/** A comparison in which both have a result. */
interface Met {
  readonly group: number;
  readonly cells: readonly [own: number, other: number];
  readonly ratio: Ratio;
  readonly standing: Standing;
}

/** The two that a reader has chosen, or else the first two with a result; undefined where there are not two. */
export function duelists(table: ResultTable, { duel }: Choice): readonly [number, number] | undefined {
  if (duel !== null) return duel;
  const [first, second] = comparedTargets(table);
  return first === undefined || second === undefined ? undefined : [first, second];
}

export function duelOf(table: ResultTable, choice: Choice, [own, other]: readonly [number, number]): Duel {
  const groups = shownGroups(table, choice);
  const met = groups.flatMap((group) => metIn(table, group, own, other));
  const { name } = item(table.targets, own);
  const { name: against } = item(table.targets, other);
  return {
    summary: summaryOf(met, groups.length, name, against),
    table: {
      caption: `Time of ${name} ÷ time of ${against}: above 1× ${name} is slower`,
      head: ['Comparison', name, against, 'Ratio', 'Decision'],
      rows: met.map((one) => rowOf(table, one)),
    },
  };
}

function metIn(table: ResultTable, group: number, own: number, other: number): Met[] {
  const [cell, against] = [cellAt(table, group, own), cellAt(table, group, other)];
  if (!isOk(table, cell) || !isOk(table, against)) return [];
  const ratio = ratioOf(table, cell, against);
  return [{ group, cells: [cell, against], ratio, standing: standingOf(table, cell, against, ratio) }];
}

function summaryOf(met: readonly Met[], shown: number, name: string, against: string): string {
  if (met.length === 0) return `${name} and ${against} have no comparison in common.`;
  const count = (standing: Standing) => met.filter((one) => one.standing === standing).length;
  const open = met.length - count('faster') - count('slower');
  const mean = geometricMean(met.map(({ ratio }) => ratio.value));
  const overall = inline(ratioQuantity({ value: mean, low: null, high: null }));
  return `${name} is faster in ${count('faster')}, slower in ${count('slower')} and not told apart from ${against} in ${open} of ${met.length} comparisons that both have (of ${shown} shown); the geometric mean of the ratios is ${overall}.`;
}

function rowOf({ groups, cells }: ResultTable, { group, cells: pair, ratio, standing }: Met): TableRow {
  const times = pair.map((cell) => {
    const time = item(cells.time, cell);
    return number(time === null ? '' : inline(duration(boundsOf(time))));
  });
  return {
    heading: item(groups, group).title,
    cells: [...times, number(inline(ratioQuantity(ratio))), { text: `${symbolOf(standing)} ${standing}` }],
  };
}
