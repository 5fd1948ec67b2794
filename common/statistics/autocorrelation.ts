/** How much independent information there is in numbers that follow one another. */

/** Dependence over longer distances is drift, which shows between processes; looking for it costs n for each lag. */
const furthestLag = 1000;
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
  for (let lag = 0; lag + 1 < Math.min(n / 2, furthestLag); lag += 2) {
    const pair = (covariance(centred, lag) + covariance(centred, lag + 1)) / variance;
    if (pair <= 0) break;
    sum += pair;
  }
  const inflation = 2 * sum - 1;
  return inflation <= 1 ? n : Math.max(1, n / inflation);
}

/**
 * The same for processes that differ from one another: no more than their values are worth together within each, and no
 * more than Kish's design effect leaves, N / (1 + (m − 1)·ρ) ("Survey Sampling", 1965, section 8.2), where ρ is the share
 * of the variance that is between processes (one-way analysis of variance, never below 0) and m the mean count. With
 * ρ = 1 that is the number of processes, however many values each has.
 */
export function effectiveSampleSizeOf(processes: readonly (readonly number[])[]): number {
  const filled = processes.filter((values) => values.length > 0);
  const n = filled.reduce((sum, values) => sum + values.length, 0);
  const within = filled.reduce((sum, values) => sum + effectiveSampleSize(values), 0);
  if (filled.length < 2 || n === filled.length) return within;
  const size = n / filled.length;
  return Math.min(within, n / (1 + (size - 1) * shareBetween(filled, n)));
}

function shareBetween(groups: readonly (readonly number[])[], n: number): number {
  const means = groups.map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
  const mean = groups.reduce((sum, { length }, index) => sum + length * (means[index] ?? 0), 0) / n;
  const [between, within] = [
    sumOver((_, own) => (own - mean) ** 2),
    sumOver((value, own) => (value - own) ** 2),
  ];
  const meanSquares = [between / (groups.length - 1), within / (n - groups.length)] as const;
  // The mean count, corrected for counts that differ (Donner, International Statistical Review 54, 1986).
  const squares = groups.reduce((sum, { length }) => sum + length ** 2, 0);
  const size = (n - squares / n) / (groups.length - 1);
  const total = meanSquares[0] + (size - 1) * meanSquares[1];
  return total === 0 ? 0 : Math.max(0, (meanSquares[0] - meanSquares[1]) / total);

  function sumOver(term: (value: number, own: number) => number): number {
    return groups.reduce(
      (sum, values, index) => values.reduce((part, value) => part + term(value, means[index] ?? 0), sum),
      0,
    );
  }
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
