/**
 * One sample of paired differences, too few for rank methods: Student's t ("The probable error of a mean", Biometrika 6, 1908).
 *
 * The differences are assumed independent and normal. They are logarithms of ratios of medians, which are near to it:
 * `npm run measure:rule` simulates the coverage for 3, 4 and 5 rounds under nine families of noise.
 */
import jstat from 'jstat';
import { centreOf, type Interval, intervalBy, minIntervalValues } from './interval.js';

export const minStudentValues = minIntervalValues;

/** Interval for the centre; null with fewer than three values. */
export function studentInterval(values: readonly number[], level: number): Interval | null {
  const errors = criticalErrors(values.length, level);
  return errors === undefined ? null : intervalBy({ method: "Student's t", errors, level }, values);
}

/** Standard errors from the mean to either bound; undefined with fewer than three values. */
export function criticalErrors(count: number, level: number): number | undefined {
  return count < minStudentValues ? undefined : jstat.jStat.studentt.inv((1 + level) / 2, count - 1);
}

/** Two-sided p-value of "the centre is zero"; 1 with fewer than three values. */
export function studentP(values: readonly number[]): number {
  if (values.length < minStudentValues) return 1;
  const { centre, error } = centreOf(values);
  if (centre === 0) return 1;
  return tailsOf(Math.abs(centre) / error, values.length - 1);
}

/**
 * About how many values would give a p-value of at most `p`, if further ones have the centre and deviation of these; null for
 * more than `max`, and with fewer than three.
 *
 * @param share of `p` that so many values may spend
 */
export function valuesToReach(
  values: readonly number[],
  p: number,
  max: number,
  share: (count: number) => number | null = () => 1,
): number | null {
  if (values.length < minStudentValues) return null;
  const { centre, error } = centreOf(values);
  const deviation = error * Math.sqrt(values.length);
  for (let count = minStudentValues; count <= max; count++) {
    if (tailsOf((Math.abs(centre) * Math.sqrt(count)) / deviation, count - 1) <= p * (share(count) ?? 0)) {
      return count;
    }
  }
  return null;
}

/**
 * About how many values would have an interval of at most the wanted width, if further ones deviate like these; null for more than
 * `max`, and with fewer than three.
 *
 * @param width of the interval of `count` values at that level
 */
export function valuesToNarrow(
  { count, width, level }: { readonly count: number; readonly width: number; readonly level: number },
  wanted: number,
  max: number,
): number | null {
  const errors = criticalErrors(count, level);
  if (errors === undefined) return null;
  const deviation = (width * Math.sqrt(count)) / errors;
  for (let more = count; more <= max; more++) {
    const narrowed = ((criticalErrors(more, level) ?? Infinity) * deviation) / Math.sqrt(more);
    if (narrowed <= wanted) return more;
  }
  return null;
}

/** Probability that |t| is at least so large. */
function tailsOf(t: number, degrees: number): number {
  return Number.isFinite(t) ? jstat.jStat.ibeta(degrees / (degrees + t * t), degrees / 2, 0.5) : 0;
}
