/** How much independent information there is in numbers that follow one another. */

/** Below this many values nothing can be said of their dependence. */
const fewest = 8;

/**
 * Effective sample size n / (1 + 2·Σρ): the sum of autocorrelations runs over Geyer's initial positive sequence
 * ("Practical Markov chain Monte Carlo", Statistical Science 7, 1992): sums of adjacent pairs, as long as they are
 * positive. Between 1 and n; n itself for fewer than eight values or values that do not vary.
 */
export function effectiveSampleSize(values: readonly number[]): number {
  const n = values.length;
  if (n < fewest) return n;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const centred = values.map((value) => value - mean);
  const variance = covariance(centred, 0);
  if (variance === 0) return n;
  // Pairs (ρ0 + ρ1), (ρ2 + ρ3), …; the first holds ρ0 = 1.
  let sum = 0;
  for (let lag = 0; lag + 1 < n / 2; lag += 2) {
    const pair = (covariance(centred, lag) + covariance(centred, lag + 1)) / variance;
    if (pair <= 0) break;
    sum += pair;
  }
  const inflation = 2 * sum - 1;
  return inflation <= 1 ? n : Math.max(1, n / inflation);
}

/** Autocorrelation at a distance of `lag`; 0 for values that do not vary. */
export function autocorrelation(values: readonly number[], lag: number): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const centred = values.map((value) => value - mean);
  const variance = covariance(centred, 0);
  return variance === 0 ? 0 : covariance(centred, lag) / variance;
}

/** Divided by n at every lag, as spectra need it: the estimates of a sequence then stay consistent with each other. */
function covariance(centred: readonly number[], lag: number): number {
  let sum = 0;
  for (let i = 0; i + lag < centred.length; i++) sum += (centred[i] ?? 0) * (centred[i + lag] ?? 0);
  return sum / centred.length;
}
