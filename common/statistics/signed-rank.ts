/**
 * One sample of paired differences: Wilcoxon's signed-rank test and what follows from it.
 *
 * Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1 (1945); Hollander, Wolfe and Chicken,
 * "Nonparametric Statistical Methods", 3rd edition, sections 3.1 to 3.3.
 *
 * The differences are assumed independent and symmetric about one centre; they need not be normal. Exact up to 150
 * values.
 */
import jstat from 'jstat';
import { type Interval, intervalBy } from './interval.js';
import { at } from './sequences.js';

/** Levels that an interval may have, highest first; the first that the number of values allows is taken. */
const levels = [0.99, 0.95] as const;

/**
 * Probabilities of every value 0 … sum(ranks) of the sum of those ranks whose fair coin shows heads: the null
 * distribution of the signed-rank statistic, by dynamic programming over the ranks, which must be integers.
 */
export function signDistribution(ranks: readonly number[]): number[] {
  let probabilities = [1];
  for (const rank of ranks) {
    const next = new Array<number>(probabilities.length + rank).fill(0);
    probabilities.forEach((probability, sum) => {
      next[sum] = at(next, sum) + probability / 2;
      next[sum + rank] = at(next, sum + rank) + probability / 2;
    });
    probabilities = next;
  }
  return probabilities;
}

/**
 * Position k (from 1) of the ordered Walsh average that bounds the interval from below; the k-th largest bounds it
 * from above. The largest k with 2·P(T < k) ≤ 1 − level, or undefined where n is too small for the level.
 */
export function criticalPosition(n: number, level: number): number | undefined {
  const key = `${n}/${level}`;
  if (!criticalPositions.has(key)) criticalPositions.set(key, findCriticalPosition(n, level));
  return criticalPositions.get(key);
}

/** Every pair of targets asks for the same few numbers of rounds, and the search is cubic in them. */
const criticalPositions = new Map<string, number | undefined>();

/** Beyond this many values the normal approximation is right to four digits, and the exact distribution costly. */
const maxExact = 150;

function findCriticalPosition(n: number, level: number): number | undefined {
  if (n > maxExact) return approximatePosition(n, level);
  const probabilities = signDistribution(Array.from({ length: n }, (_, index) => index + 1));
  // The tolerance keeps a tail that equals the limit exactly, such as 2/64 at 1 − 62/64, on the right side.
  const limit = (1 - level) / 2 + 1e-12;
  let tail = 0;
  for (let k = 0; k < probabilities.length; k++) {
    tail += at(probabilities, k);
    if (tail > limit) return k === 0 ? undefined : k;
  }
  return undefined;
}

/** By the normal approximation of the statistic, rounded down: the wider interval. */
function approximatePosition(n: number, level: number): number {
  const mean = (n * (n + 1)) / 4;
  const deviation = Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24);
  return Math.floor(mean - jstat.jStat.normal.inv((1 + level) / 2, 0, 1) * deviation);
}

/** Highest level that n values allow: 0.99 from 8 on, 0.95 from 6 on, null for fewer. */
export function highestLevel(n: number): number | null {
  return levels.find((level) => criticalPosition(n, level) !== undefined) ?? null;
}

/** Exact interval for the centre at the highest level that the number of values allows; null with fewer than 6. */
export function signedRankInterval(values: readonly number[]): Interval | null {
  const level = highestLevel(values.length);
  return level === null ? null : signedRankIntervalAt(values, level);
}

/** The same at a given level; null where the number of values does not allow it. */
export function signedRankIntervalAt(values: readonly number[], level: number): Interval | null {
  const position = criticalPosition(values.length, level);
  return position === undefined ? null : intervalBy({ method: 'signed-rank', position, level }, values);
}
