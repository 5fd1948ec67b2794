/** How well ratios are to be known, where the number of rounds follows from it. As shares: half an interval's width. */
import { isToldApart } from './ranking.js';

/** Where `--precision` does not say it. */
export const defaultPrecision = 0.05;

/** Beyond this ratio to the fastest it is enough to know by about how much a target is slower. */
export const farRatio = 3;
const farFactor = 4;

/** @param ratio to the fastest */
export function precisionAt(ratio: number, precision: number): number {
  return ratio > farRatio ? farFactor * precision : precision;
}

export interface Bounded {
  readonly low: number | null;
  readonly high: number | null;
}

/** Half of an interval's width, as a share; infinite without an interval. */
export function halfWidth({ low, high }: Bounded): number {
  return low === null || high === null ? Number.POSITIVE_INFINITY : Math.sqrt(high / low) - 1;
}

/** Two of the ranked, of which the first is the slower one, and what is known of them. */
export interface KnownPair {
  readonly ratio: Bounded & { readonly value: number };
  readonly adjustedP: number | null;
}

/** A pair that is not decided, by the places of the two in the ranking. */
export interface OpenPair {
  readonly first: number;
  readonly second: number;
  readonly isNeighbour: boolean;
  /** How well its ratio is known, and how well it was to be. */
  readonly known: number;
  readonly asked: number;
}

/**
 * Of so many that are ranked, the pairs that are not decided. A ratio to the fastest is decided once it is known as well as was
 * asked. Neighbours in the ranking are where they are told apart; or where their ratio is known as well as was asked and may be
 * smaller than that, which makes them as good as equal. No other pair counts.
 *
 * @param pairAt the pair of two places, of which the first comes after the second
 */
export function openPairs(
  count: number,
  pairAt: (first: number, second: number) => KnownPair,
  precision: number,
): OpenPair[] {
  const open: OpenPair[] = [];
  for (let first = 1; first < count; first++) {
    const withFastest = pairAt(first, 0);
    const asked = precisionAt(withFastest.ratio.value, precision);
    const known = halfWidth(withFastest.ratio);
    if (known > asked) open.push({ first, second: 0, isNeighbour: false, known, asked });
    if (first === 1) continue;
    const neighbours = pairAt(first, first - 1);
    const between = halfWidth(neighbours.ratio);
    const isMore = (neighbours.ratio.low ?? 1) > 1 + precision;
    if (isToldApart(neighbours) || (between <= asked && !isMore)) continue;
    open.push({ first, second: first - 1, isNeighbour: true, known: between, asked });
  }
  return open;
}

/** How many pairs `openPairs` looks at. */
export function countedPairs(count: number): number {
  return count < 2 ? 0 : 2 * count - 3;
}
