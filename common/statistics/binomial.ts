/** Exact interval for a proportion (Clopper and Pearson, Biometrika 26, 1934). */
import jstat from 'jstat';
import type { Interval } from './interval.js';

/**
 * Interval for the probability behind `successes` out of `trials`.
 * @throws RangeError when the counts are not integers, there are more successes than trials, or no trial
 */
export function clopperPearson(successes: number, trials: number, level = 0.95): Interval {
  const isCount = Number.isInteger(successes) && Number.isInteger(trials);
  if (!isCount || trials < 1 || successes < 0 || successes > trials) {
    throw new RangeError(`${successes} of ${trials} is not a proportion`);
  }
  const tail = (1 - level) / 2;
  const low = successes === 0 ? 0 : jstat.jStat.beta.inv(tail, successes, trials - successes + 1);
  const high = successes === trials ? 1 : jstat.jStat.beta.inv(1 - tail, successes + 1, trials - successes);
  return { low, high, level };
}

/** P(X ≤ k) for X ~ Binomial(n, p), by the incomplete beta function. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n || p <= 0) return 1;
  return p >= 1 ? 0 : jstat.jStat.ibeta(1 - p, n - k, k + 1);
}
