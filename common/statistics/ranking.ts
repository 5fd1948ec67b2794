/**
 * How many rounds a ranking needs. The smallest two-sided p-value of the exact signed-rank test over n rounds is 2 / 2ⁿ
 * (all rounds on one side), and Holm's method multiplies the smallest of m p-values by m. With fewer rounds there are
 * intervals and no ranks.
 */

/** Chance, per comparison group and stage of the ranking, of separating two equal targets. */
export const rankingAlpha = 0.05;

/** Whether so many rounds can separate any target from the fastest, of so many that are compared with it. */
export function canRank(rounds: number, comparisons: number): boolean {
  return comparisons * 2 ** (1 - rounds) <= rankingAlpha;
}

/** The fewest rounds with which `canRank` holds. */
export function roundsToRank(comparisons: number): number {
  return Math.ceil(Math.log2((2 * Math.max(1, comparisons)) / rankingAlpha));
}
