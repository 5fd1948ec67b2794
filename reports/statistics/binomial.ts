/** Exact interval for a share (Clopper and Pearson, Biometrika 26, 1934). */
import type { Interval } from './signed-rank.js';

/**
 * Interval for the probability behind `successes` out of `trials`.
 * @throws RangeError when the counts are not whole, or there are more successes than trials, or no trial
 */
export function clopperPearson(successes: number, trials: number, level = 0.95): Interval {
  const whole = Number.isInteger(successes) && Number.isInteger(trials);
  if (!whole || trials < 1 || successes < 0 || successes > trials) {
    throw new RangeError(`${successes} of ${trials} is no share`);
  }
  const tail = (1 - level) / 2;
  const low = successes === 0 ? 0 : solve((p) => 1 - atMost(successes - 1, trials, p) - tail);
  const high = successes === trials ? 1 : solve((p) => tail - atMost(successes, trials, p));
  return { low, high, level };
}

/** P(X ≤ k) for X ~ Binomial(n, p), summed in logarithms so that large n does not underflow. */
export function atMost(k: number, n: number, p: number): number {
  if (p <= 0) return 1;
  if (p >= 1) return k >= n ? 1 : 0;
  let logTerm = n * Math.log1p(-p);
  let sum = Math.exp(logTerm);
  for (let i = 1; i <= k; i++) {
    logTerm += Math.log((n - i + 1) / i) + Math.log(p) - Math.log1p(-p);
    sum += Math.exp(logTerm);
  }
  return Math.min(1, sum);
}

/** Root in [0, 1] of an increasing function, by bisection to the last bit that matters. */
function solve(increasing: (p: number) => number): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (increasing(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
