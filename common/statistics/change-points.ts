/**
 * Where the level of a sequence changes: PELT (Killick, Fearnhead and Eckley, "Optimal detection of changepoints with
 * a linear computational cost", JASA 107, 2012) with squared error about each segment's mean.
 */
import { autocorrelation } from './autocorrelation.js';
import { largest, smallest } from './extremes.js';
import { median } from './quantiles.js';
import { at, mean, sum } from './sequences.js';

export interface Segment {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly mean: number;
}

/** The median of |x| of a standard normal: scales a median absolute deviation to a standard deviation. */
const normalMad = 0.6745;
/** In units of log n: twice the customary 2 per parameter for a mean and a position, since real noise is not normal. */
const penaltyFactor = 8;
const minSegmentLength = 3;

/**
 * Segments of the best piecewise constant fit, each of three values or more.
 *
 * The noise is estimated from the differences of neighbours, which level changes hardly affect. The autocorrelation that
 * remains within the segments of a first fit widens it for a second one, since a wandering sequence would otherwise
 * break into many small steps.
 *
 * @param minChange neighbouring segments whose means differ by less are joined, however certain the difference
 */
export function changePoints(values: readonly number[], minChange: number): Segment[] {
  if (values.length < 2 * minSegmentLength) return [segment(values, 0, values.length)];
  const variance = noiseVariance(values);
  const first = pelt(values, variance);
  const dependence = Math.max(0, Math.min(0.9, autocorrelation(residuals(values, first), 1)));
  const fit = dependence < 0.1 ? first : pelt(values, (variance * (1 + dependence)) / (1 - dependence));
  return joined(values, fit, minChange);
}

function noiseVariance(values: readonly number[]): number {
  const steps = values.slice(1).map((value, index) => value - at(values, index));
  const deviation = median(steps.map(Math.abs)) / normalMad / Math.SQRT2;
  // A coarse clock gives equal neighbours, from which no noise can be estimated: the spread stands in.
  const spread = largest(values) - smallest(values);
  return Math.max(deviation, spread / 50, Number.EPSILON) ** 2;
}

function pelt(values: readonly number[], variance: number): Segment[] {
  const n = values.length;
  const penalty = penaltyFactor * Math.log(n) * variance;
  const cost = squaredError(values);
  const best = new Array<number>(n + 1).fill(Number.POSITIVE_INFINITY);
  const previous = new Array<number>(n + 1).fill(0);
  best[0] = -penalty;
  let candidates: number[] = [0];
  for (let end = minSegmentLength; end <= n; end++) {
    for (const start of candidates) {
      if (end - start < minSegmentLength) continue;
      const total = at(best, start) + cost(start, end) + penalty;
      if (total < at(best, end)) [best[end], previous[end]] = [total, start];
    }
    // A start that is worse even without the penalty for a further segment can never win again.
    candidates = candidates.filter(
      (start) => end - start < minSegmentLength || at(best, start) + cost(start, end) <= at(best, end),
    );
    candidates.push(end);
  }
  const segments: Segment[] = [];
  for (let end = n; end > 0; end = at(previous, end))
    segments.unshift(segment(values, at(previous, end), end));
  return segments;
}

/** Σ(x − mean)² of values[from, to) by running sums, about the overall mean to avoid cancellation. */
function squaredError(values: readonly number[]): (from: number, to: number) => number {
  const centre = mean(values);
  const [sums, squares] = [[0], [0]] as [number[], number[]];
  values.forEach((value, index) => {
    sums.push(at(sums, index) + (value - centre));
    squares.push(at(squares, index) + (value - centre) ** 2);
  });
  const between = (totals: readonly number[], from: number, to: number) => at(totals, to) - at(totals, from);
  return (from, to) => Math.max(0, between(squares, from, to) - between(sums, from, to) ** 2 / (to - from));
}

function joined(values: readonly number[], segments: readonly Segment[], minChange: number): Segment[] {
  const result: Segment[] = [];
  for (const next of segments) {
    const last = result.at(-1);
    const isSame = last !== undefined && Math.abs(last.mean - next.mean) < minChange;
    if (isSame) result[result.length - 1] = segment(values, last.from, next.to);
    else result.push(next);
  }
  return result;
}

function segment(values: readonly number[], from: number, to: number): Segment {
  return { from, to, mean: sum(values.slice(from, to)) / Math.max(1, to - from) };
}

function residuals(values: readonly number[], segments: readonly Segment[]): number[] {
  return segments.flatMap((one) => values.slice(one.from, one.to).map((value) => value - one.mean));
}
