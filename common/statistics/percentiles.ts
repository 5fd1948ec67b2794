/** Percentiles with distribution-free intervals from order statistics, and none where the count does not support one. */
import { binomialCdf } from './binomial.js';
import type { Interval } from './interval.js';
import { quantileSorted, sorted } from './quantiles.js';

export interface Percentile {
  readonly share: number;
  readonly value: number;
  readonly interval: Interval;
}

/** `percentile` of each share that the values support one for; they are sorted once. */
export function percentiles(
  values: readonly number[],
  shares: readonly number[],
  level = 0.95,
  effective = values.length,
): Percentile[] {
  const inOrder = sorted(values);
  return shares.flatMap((share) => percentileSorted(inOrder, share, level, effective) ?? []);
}

/**
 * The quantile with the interval between two order statistics whose binomial coverage is at least `level` (David and
 * Nagaraja, "Order Statistics", 3rd edition, section 7.1). Null where no two order statistics reach it: a p99 at 95 %
 * needs 368 independent values.
 *
 * @param effective number of independent values that they are worth (`effectiveSampleSize`); all by default. The
 *   interval of that many values is taken at the same shares of the sorted values.
 */
export function percentile(
  values: readonly number[],
  share: number,
  level = 0.95,
  effective = values.length,
): Percentile | null {
  return percentileSorted(sorted(values), share, level, effective);
}

function percentileSorted(
  sorted: Float64Array,
  share: number,
  level: number,
  effective: number,
): Percentile | null {
  const n = Math.floor(effective);
  const ranks = n >= 1 ? coveringRanks(n, share, (1 - level) / 2) : null;
  if (!ranks) return null;
  // Rank r of n effective values is at the same share as rank r·N/n of the N at hand; outwards.
  const scale = sorted.length / n;
  const low = sorted[Math.max(0, Math.floor((ranks.low - 1) * scale))];
  const high = sorted[Math.min(sorted.length - 1, Math.ceil(ranks.high * scale) - 1)];
  if (low === undefined || high === undefined) return null;
  return { share, value: quantileSorted(sorted, share), interval: { low, high, level } };
}

/** Minimum of independent values with which `percentile` is not null. */
export function minValuesFor(share: number, level = 0.95): number {
  let n = 1;
  while (!coveringRanks(n, share, (1 - level) / 2)) n++;
  return n;
}

interface Ranks {
  readonly low: number;
  readonly high: number;
}

/** Cells of a run ask for the same few numbers of values again and again. */
const knownRanks = new Map<string, Ranks | null>();

function coveringRanks(n: number, share: number, tail: number): Ranks | null {
  const key = `${n}/${share}/${tail}`;
  const known = knownRanks.get(key);
  if (known !== undefined) return known;
  const found = findCoveringRanks(n, share, tail);
  knownRanks.set(key, found);
  return found;
}

/** Ranks (from 1) with P(X(low) > q) and P(X(high) < q) within the tail: the narrowest on each side. */
function findCoveringRanks(n: number, share: number, tail: number): Ranks | null {
  // The number of values below the quantile is Binomial(n, share).
  const low = lastWhere(n, (rank) => binomialCdf(rank - 1, n, share) <= tail);
  const high = firstWhere(n, (rank) => 1 - binomialCdf(rank - 1, n, share) <= tail);
  return low === null || high === null ? null : { low, high };
}

/** Largest rank in 1 … n that holds, where all below it hold too. */
function lastWhere(n: number, holds: (rank: number) => boolean): number | null {
  const first = firstWhere(n, (rank) => !holds(rank));
  const last = first === null ? n : first - 1;
  return last >= 1 ? last : null;
}

/** Smallest rank in 1 … n that holds, where all above it hold too, by bisection. */
function firstWhere(n: number, holds: (rank: number) => boolean): number | null {
  if (!holds(n)) return null;
  let [below, at] = [0, n];
  while (at - below > 1) {
    const middle = Math.floor((below + at) / 2);
    if (holds(middle)) at = middle;
    else below = middle;
  }
  return at;
}
