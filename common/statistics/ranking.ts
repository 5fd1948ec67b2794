/**
 * Ranks of several that were measured in the same rounds: what pairwise decisions, all under one family-wise error, leave
 * possible. One that is told apart from three faster ones and from no slower one of ten has a rank from 4 to 10.
 *
 * The p-values are Student's, on log ratios within rounds. Exact rank tests have a smallest p-value of 2 / 2ⁿ with n rounds,
 * whatever the data: fifteen targets would need thirteen rounds before any difference could be told.
 */
import { holm } from './holm.js';
import { at } from './sequences.js';

/** Chance, per comparison group, of telling any two apart that are equal. */
export const rankingAlpha = 0.05;

/** Two of the ranked, by position, and how the first compares with the second. */
export interface Pair {
  readonly first: number;
  readonly second: number;
  /** Logarithm of the ratio; above 0 where the first is slower. */
  readonly logRatio: number;
  /** Two-sided p-value of "no difference"; null where there are too few rounds for one. */
  readonly p: number | null;
}

/** A pair with its p-value adjusted over the whole family; still null where it has none. */
export type DecidedPair = Pair & { readonly adjustedP: number | null };

/** Pairs without a p-value count in the family too: they were looked at. */
export function decidePairs(pairs: readonly Pair[]): DecidedPair[] {
  const adjusted = holm(pairs.map(({ p }) => p ?? 1));
  return pairs.map((pair, index) => ({ ...pair, adjustedP: pair.p === null ? null : at(adjusted, index) }));
}

export function isToldApart({ adjustedP }: Pick<DecidedPair, 'adjustedP'>): boolean {
  return adjustedP !== null && adjustedP <= rankingAlpha;
}

/** The best and the worst rank that each of so many can have, from 1. */
export function rankRanges(count: number, pairs: readonly DecidedPair[]): [number, number][] {
  const ranges = Array.from({ length: count }, (): [number, number] => [1, count]);
  for (const { first, second, logRatio } of pairs.filter(isToldApart)) {
    const [slower, faster] = logRatio > 0 ? [first, second] : [second, first];
    at(ranges, slower)[0] += 1;
    at(ranges, faster)[1] -= 1;
  }
  return ranges;
}
