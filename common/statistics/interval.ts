/**
 * The interval of a centre from its critical value. How many values there are decides the critical value
 * (`sampling.ts`), and the rest is arithmetic: the report's page computes ratios to any baseline with it, so this file
 * imports no package.
 *
 * Hodges and Lehmann, "Estimates of location based on rank tests", Annals of Mathematical Statistics 34 (1963); Student,
 * "The probable error of a mean", Biometrika 6 (1908).
 */
import { quantileSorted } from './quantiles.js';
import { at, mean } from './sequences.js';

export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Nominal confidence level; the true coverage is at least this. */
  readonly level: number;
}

/** Fewest values that have an interval: from two, one that is close to the other by chance narrows it too much. */
export const minIntervalValues = 3;

/** What makes an interval of a given number of values. */
export type Critical =
  /** Its bounds are the Walsh averages at this position (from 1) from either end. */
  | { readonly method: 'signed-rank'; readonly position: number; readonly level: number }
  /** It reaches so many standard errors from the mean. */
  | { readonly method: "Student's t"; readonly errors: number; readonly level: number };

/** Null where there are fewer values than the position asks for. */
export function intervalBy(critical: Critical, values: readonly number[]): Interval | null {
  const { level } = critical;
  if (critical.method === 'signed-rank') {
    const averages = walshAverages(values);
    const low = averages[critical.position - 1];
    const high = averages[averages.length - critical.position];
    return low === undefined || high === undefined ? null : { low, high, level };
  }
  const { centre, error } = centreOf(values);
  return { low: centre - critical.errors * error, high: centre + critical.errors * error, level };
}

/** Means of all pairs i ≤ j, sorted: n(n+1)/2 of them. */
export function walshAverages(values: readonly number[]): Float64Array {
  // Every pair of targets asks for them: without an intermediate list for each value.
  const averages = new Float64Array((values.length * (values.length + 1)) / 2);
  let place = 0;
  values.forEach((first, index) => {
    for (let other = index; other < values.length; other++)
      averages[place++] = first / 2 + at(values, other) / 2;
  });
  return averages.sort();
}

/** Hodges–Lehmann estimate of the centre: the median of the Walsh averages. NaN for no values. */
export function hodgesLehmann(values: readonly number[]): number {
  return quantileSorted(walshAverages(values), 0.5);
}

/** The mean and its standard error. */
export function centreOf(values: readonly number[]): { readonly centre: number; readonly error: number } {
  const centre = mean(values);
  const squares = values.map((value) => (value - centre) ** 2);
  return { centre, error: Math.sqrt(mean(squares) / (values.length - 1)) };
}
