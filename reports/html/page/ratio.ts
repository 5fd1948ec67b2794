/** The ratio of two cells from the rounds that both took part in, and what may be said of it. */
import { hodgesLehmann, intervalBy } from '../../../common/statistics/interval.js';
import { median } from '../../../common/statistics/quantiles.js';
import { isToldApart, item, type ResultTable } from './table.js';

export interface Ratio {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly level: number | null;
  /** That both have in common. */
  readonly rounds: number;
}

export type Standing = 'baseline' | 'faster' | 'slower' | 'tie' | 'undecided';

/** An interval within this share of 1 makes two as good as equal. */
export const tieMargin = 0.02;

/** Beyond this share a ratio and the quotient of the times beside it are explained. */
const explainedFrom = 0.1;

/** Time of `cell` ÷ time of `baseline`, both `ok`; without a common round that of the medians, which rests on none. */
export function ratioOf(table: ResultTable, cell: number, baseline: number): Ratio {
  if (cell === baseline) return { value: 1, low: 1, high: 1, level: null, rounds: 0 };
  const logRatios = commonRounds(table, cell, baseline).map(({ own, other }) => Math.log(own / other));
  const rounds = logRatios.length;
  if (rounds === 0)
    return { value: quotientOf(table, cell, baseline), low: null, high: null, level: null, rounds };
  const critical = table.critical[rounds] ?? null;
  const interval = critical && intervalBy(critical, logRatios);
  return {
    value: Math.exp(hodgesLehmann(logRatios)),
    low: interval && Math.exp(interval.low),
    high: interval && Math.exp(interval.high),
    level: interval?.level ?? null,
    rounds,
  };
}

function commonRounds(
  { cells }: ResultTable,
  cell: number,
  baseline: number,
): { own: number; other: number }[] {
  const [rounds, others] = [item(cells.rounds, baseline), item(cells.medians, baseline)];
  const own = item(cells.medians, cell);
  const common: { own: number; other: number }[] = [];
  let place = 0;
  // Both ascend.
  item(cells.rounds, cell).forEach((round, index) => {
    while (place < rounds.length && item(rounds, place) < round) place += 1;
    if (rounds[place] === round) common.push({ own: item(own, index), other: item(others, place) });
  });
  return common;
}

/** Median time of one ÷ that of the other, over all rounds of each. */
export function quotientOf({ cells }: ResultTable, cell: number, baseline: number): number {
  return median(item(cells.medians, cell)) / median(item(cells.medians, baseline));
}

/** Faster and slower only where the group's decisions tell the two apart. */
export function standingOf(table: ResultTable, cell: number, baseline: number, ratio: Ratio): Standing {
  if (cell === baseline) return 'baseline';
  if (isToldApart(table, cell, baseline)) return ratio.value > 1 ? 'slower' : 'faster';
  const { low, high } = ratio;
  const isNarrow = low !== null && high !== null && high <= 1 + tieMargin && low >= 1 / (1 + tieMargin);
  return isNarrow ? 'tie' : 'undecided';
}

/** The quotient of the times beside a ratio, where it is another; undefined where the two are close. */
export function unlikeQuotient(
  table: ResultTable,
  cell: number,
  baseline: number,
  ratio: Ratio,
): number | undefined {
  const quotient = quotientOf(table, cell, baseline);
  return Math.abs(Math.log(ratio.value / quotient)) > Math.log(1 + explainedFrom) ? quotient : undefined;
}

/** Why a ratio is not the quotient of the two times. */
export function whyUnlikeQuotient(table: ResultTable, cell: number, baseline: number): string {
  const { rounds, medians } = table.cells;
  const counts = [cell, baseline].map((one) => item(rounds, one).length);
  const common = commonRounds(table, cell, baseline);
  if (counts.every((count) => count === common.length)) {
    return 'each time is a median over rounds, between which the machine’s speed changed; the ratio compares within each round, where both met the same state';
  }
  const shift = median(common.map(({ other }) => other)) / median(item(medians, baseline));
  const change = `${Math.abs(100 * (shift - 1)).toFixed(0)} % ${shift > 1 ? 'longer' : 'less long'} than over all of its rounds`;
  return `the times are medians over ${counts[0]} and ${counts[1]} rounds, the ratio rests on the ${common.length} that both took part in, in which the baseline took ${change}`;
}
