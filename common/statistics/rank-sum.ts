/**
 * Two independent samples: the Hodges–Lehmann shift and its interval from the exact rank-sum distribution.
 *
 * Mann and Whitney, "On a test of whether one of two random variables is stochastically larger than the other",
 * Annals of Mathematical Statistics 18 (1947); Hollander, Wolfe and Chicken, "Nonparametric Statistical Methods",
 * 3rd edition, sections 4.1 to 4.3.
 */

import type { Interval } from './interval.js';
import { quantileSorted, sorted } from './quantiles.js';
import { at } from './sequences.js';

const levels = [0.99, 0.95] as const;

/** All differences first − second, sorted. */
function differences(first: readonly number[], second: readonly number[]): Float64Array {
  return sorted(first.flatMap((a) => second.map((b) => a - b)));
}

/** Median of all differences first − second. NaN where either is empty. */
export function hodgesLehmannShift(first: readonly number[], second: readonly number[]): number {
  return quantileSorted(differences(first, second), 0.5);
}

/**
 * Probabilities of U = 0 … m·n under the null hypothesis, by Mann and Whitney's recurrence: the largest of all
 * values comes from the first sample with probability m / (m + n) and then beats all n of the second.
 */
export function rankSumDistribution(m: number, n: number): number[] {
  let rows: number[][] = Array.from({ length: n + 1 }, () => [1]);
  for (let i = 1; i <= m; i++) {
    const next: number[][] = [[1]];
    for (let j = 1; j <= n; j++) next.push(mixed(at(rows, j), at(next, j - 1), i, j));
    rows = next;
  }
  return at(rows, n);
}

function mixed(
  withoutFirst: readonly number[],
  withoutSecond: readonly number[],
  i: number,
  j: number,
): number[] {
  return Array.from({ length: i * j + 1 }, (_, u) => {
    const fromFirst = u >= j ? at(withoutFirst, u - j) : 0;
    const fromSecond = u < withoutSecond.length ? at(withoutSecond, u) : 0;
    return (i * fromFirst + j * fromSecond) / (i + j);
  });
}

/** Exact interval for the shift first − second at the highest level in {0.99, 0.95} that the sizes allow, or null. */
export function rankSumInterval(first: readonly number[], second: readonly number[]): Interval | null {
  for (const level of levels) {
    const interval = rankSumIntervalAt(first, second, level);
    if (interval) return interval;
  }
  return null;
}

/** The same at a given level; null where the sizes do not allow it. */
export function rankSumIntervalAt(
  first: readonly number[],
  second: readonly number[],
  level: number,
): Interval | null {
  const probabilities = rankSumDistribution(first.length, second.length);
  const k = firstPositionPast(probabilities, (1 - level) / 2);
  if (k === 0) return null;
  const shifts = differences(first, second);
  const low = shifts[k - 1];
  const high = shifts[shifts.length - k];
  return low === undefined || high === undefined ? null : { low, high, level };
}

/** The number of leading values whose probabilities together stay within the limit. */
function firstPositionPast(probabilities: readonly number[], limit: number): number {
  let tail = 0;
  for (let k = 0; k < probabilities.length; k++) {
    tail += at(probabilities, k);
    if (tail > limit + 1e-12) return k;
  }
  return 0;
}
