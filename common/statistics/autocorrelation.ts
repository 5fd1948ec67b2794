/** How much independent information a sequence of dependent values holds. */
import { at, mean, sum } from './sequences.js';

/** Dependence over longer lags is drift, which shows between processes; each lag costs n operations. */
const maxLag = 1000;
/** Fewer values do not allow an estimate of their dependence. */
const minValues = 8;

/**
 * Effective sample size n / (1 + 2·Σρ): the sum of autocorrelations runs over Geyer's initial positive sequence
 * ("Practical Markov chain Monte Carlo", Statistical Science 7, 1992): sums of adjacent pairs, as long as they are
 * positive. Between 1 and n; n itself for fewer than eight values or values that do not vary.
 */
export function effectiveSampleSize(values: readonly number[]): number {
  const n = values.length;
  if (n < minValues) return n;
  const centred = centredValues(values);
  const variance = covariance(centred, 0);
  if (variance === 0) return n;
  // Pairs (ρ0 + ρ1), (ρ2 + ρ3), …; the first holds ρ0 = 1.
  let positive = 0;
  for (let lag = 0; lag + 1 < Math.min(n / 2, maxLag); lag += 2) {
    const pair = (covariance(centred, lag) + covariance(centred, lag + 1)) / variance;
    if (pair <= 0) break;
    positive += pair;
  }
  const inflation = 2 * positive - 1;
  return inflation <= 1 ? n : Math.max(1, n / inflation);
}

/**
 * The same for several processes that differ from one another: the smaller of the sum of their own effective sizes and
 * of what Kish's design effect leaves, N / (1 + (m − 1)·ρ) ("Survey Sampling", 1965, section 8.2), where ρ is the share
 * of the variance between processes (one-way analysis of variance, never below 0) and m the mean count. With ρ = 1 that
 * is the number of processes, however many values each has.
 */
export function effectiveSampleSizeOf(processes: readonly (readonly number[])[]): number {
  const filled = processes.filter((values) => values.length > 0);
  const n = sum(filled.map((values) => values.length));
  const within = sum(filled.map(effectiveSampleSize));
  if (filled.length < 2 || n === filled.length) return within;
  const size = n / filled.length;
  return Math.min(within, n / (1 + (size - 1) * shareBetween(filled, n)));
}

function shareBetween(groups: readonly (readonly number[])[], n: number): number {
  const means = groups.map(mean);
  const grandMean = sum(groups.map(({ length }, index) => length * at(means, index))) / n;
  const [between, within] = [
    sumOver((_, own) => (own - grandMean) ** 2),
    sumOver((value, own) => (value - own) ** 2),
  ];
  const meanSquares = [between / (groups.length - 1), within / (n - groups.length)] as const;
  // The mean count, corrected for counts that differ (Donner, International Statistical Review 54, 1986).
  const squares = sum(groups.map(({ length }) => length ** 2));
  const size = (n - squares / n) / (groups.length - 1);
  const total = meanSquares[0] + (size - 1) * meanSquares[1];
  return total === 0 ? 0 : Math.max(0, (meanSquares[0] - meanSquares[1]) / total);

  function sumOver(term: (value: number, own: number) => number): number {
    let total = 0;
    groups.forEach((values, index) => {
      const own = at(means, index);
      for (const value of values) total += term(value, own);
    });
    return total;
  }
}

/** Autocorrelation at `lag`; 0 for values that do not vary. */
export function autocorrelation(values: readonly number[], lag: number): number {
  const centred = centredValues(values);
  const variance = covariance(centred, 0);
  return variance === 0 ? 0 : covariance(centred, lag) / variance;
}

/** Divided by n at every lag, so that the estimates of one sequence are consistent with each other. */
function covariance(centred: readonly number[], lag: number): number {
  let products = 0;
  for (let i = 0; i + lag < centred.length; i++) products += at(centred, i) * at(centred, i + lag);
  return products / centred.length;
}

function centredValues(values: readonly number[]): number[] {
  const centre = mean(values);
  return values.map((value) => value - centre);
}
