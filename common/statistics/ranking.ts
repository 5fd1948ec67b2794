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

/** A pair with its p-value adjusted over the whole family; null where nothing speaks of it. */
export type DecidedPair = Pair & { readonly adjustedP: number | null };

/**
 * Pairs without a p-value count in the family too: they were looked at.
 *
 * What others imply is decided with them: where a is slower than b and b than c, a is slower than c. All that is told apart is
 * right at once, but for the family's error, and so is what follows from it; so a pair is as sure as the least sure link of the
 * surest chain between the two. Two that met in three rounds are told apart by those between them.
 */
export function decidePairs<Asked extends Pair>(
  pairs: readonly Asked[],
): (Asked & { readonly adjustedP: number | null })[] {
  const adjusted = holm(pairs.map(({ p }) => p ?? 1));
  const count = Math.max(-1, ...pairs.flatMap(({ first, second }) => [first, second])) + 1;
  /** By place of the slower and of the faster one. */
  const slower = Array.from({ length: count }, () => new Float64Array(count).fill(Number.POSITIVE_INFINITY));
  pairs.forEach((pair, index) => {
    const [behind, ahead] = inOrder(pair);
    if (pair.p !== null) at(slower, behind)[ahead] = at(adjusted, index);
  });
  closeOver(slower);
  return pairs.map((pair) => {
    const [behind, ahead] = inOrder(pair);
    const found = at(slower, behind)[ahead] ?? Number.POSITIVE_INFINITY;
    return { ...pair, adjustedP: Number.isFinite(found) ? found : null };
  });
}

/** The slower one first. */
function inOrder({ first, second, logRatio }: Pair): [number, number] {
  return logRatio > 0 ? [first, second] : [second, first];
}

/** Floyd's algorithm with the largest of a chain in place of its sum. */
function closeOver(slower: readonly Float64Array[]): void {
  for (const [through, onward] of slower.entries()) {
    for (const own of slower) {
      const toIt = own[through] ?? Number.POSITIVE_INFINITY;
      if (!Number.isFinite(toIt)) continue;
      for (const [ahead, fromIt] of onward.entries()) {
        own[ahead] = Math.min(own[ahead] ?? Number.POSITIVE_INFINITY, Math.max(toIt, fromIt));
      }
    }
  }
}

export function isToldApart({ adjustedP }: Pick<DecidedPair, 'adjustedP'>): boolean {
  return adjustedP !== null && adjustedP <= rankingAlpha;
}

/** The best and the worst rank that each of so many can have, from 1. */
export function rankRanges(count: number, pairs: readonly DecidedPair[]): [number, number][] {
  const ranges = Array.from({ length: count }, (): [number, number] => [1, count]);
  for (const pair of pairs.filter(isToldApart)) {
    const [slower, faster] = inOrder(pair);
    at(ranges, slower)[0] += 1;
    at(ranges, faster)[1] -= 1;
  }
  return ranges;
}
