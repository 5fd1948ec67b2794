/**
 * Where the level of a sequence changes: PELT (Killick, Fearnhead and Eckley, "Optimal detection of changepoints with
 * a linear computational cost", JASA 107, 2012) with squared error about each segment's mean.
 */
import { autocorrelation } from './autocorrelation.js';
import { median } from './quantiles.js';

export interface Segment {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly mean: number;
}

/** The median of |x| of a standard normal: scales a median absolute deviation to a standard deviation. */
const normalMad = 0.6745;
/** In units of log n: twice the usual 2 per parameter for a mean and a position, since real noise is not normal. */
const penaltyFactor = 8;
const shortestSegment = 3;

/**
 * Segments of the best piecewise constant fit, at least three values each.
 *
 * The noise is judged from the differences of neighbours, which level changes hardly touch; what is left of
 * autocorrelation within the segments of a first fit widens it for a second, since a wandering sequence else breaks
 * into many small steps.
 *
 * @param smallest a level change below this is none, however certain: neighbours are joined
 */
export function changePoints(values: readonly number[], smallest: number): Segment[] {
  if (values.length < 2 * shortestSegment) return [segment(values, 0, values.length)];
  const variance = noiseVariance(values);
  const first = pelt(values, variance);
  const dependence = Math.max(0, Math.min(0.9, autocorrelation(residuals(values, first), 1)));
  const fit = dependence < 0.1 ? first : pelt(values, (variance * (1 + dependence)) / (1 - dependence));
  return joined(values, fit, smallest);
}

function noiseVariance(values: readonly number[]): number {
  const steps = values.slice(1).map((value, index) => value - (values[index] ?? 0));
  const deviation = median(steps.map(Math.abs)) / normalMad / Math.SQRT2;
  // Equal neighbours, as a coarse clock gives them, say nothing of the noise: the spread has to do.
  const spread = Math.max(...values) - Math.min(...values);
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
  for (let end = shortestSegment; end <= n; end++) {
    for (const start of candidates) {
      if (end - start < shortestSegment) continue;
      const total = (best[start] ?? 0) + cost(start, end) + penalty;
      if (total < (best[end] ?? 0)) [best[end], previous[end]] = [total, start];
    }
    // A start that is worse already without the penalty for a further segment can never win again.
    candidates = candidates.filter(
      (start) => end - start < shortestSegment || (best[start] ?? 0) + cost(start, end) <= (best[end] ?? 0),
    );
    candidates.push(end);
  }
  const segments: Segment[] = [];
  for (let end = n; end > 0; end = previous[end] ?? 0)
    segments.unshift(segment(values, previous[end] ?? 0, end));
  return segments;
}

/** Σ(x − mean)² of values[from, to) by running sums, about the overall mean so that little is lost by subtraction. */
function squaredError(values: readonly number[]): (from: number, to: number) => number {
  const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
  const [sums, squares] = [[0], [0]] as [number[], number[]];
  for (const value of values) {
    sums.push((sums.at(-1) ?? 0) + (value - centre));
    squares.push((squares.at(-1) ?? 0) + (value - centre) ** 2);
  }
  const between = (totals: readonly number[], from: number, to: number) =>
    (totals[to] ?? 0) - (totals[from] ?? 0);
  return (from, to) => Math.max(0, between(squares, from, to) - between(sums, from, to) ** 2 / (to - from));
}

function joined(values: readonly number[], segments: readonly Segment[], smallest: number): Segment[] {
  const result: Segment[] = [];
  for (const next of segments) {
    const last = result.at(-1);
    const isSame = last !== undefined && Math.abs(last.mean - next.mean) < smallest;
    if (isSame) result[result.length - 1] = segment(values, last.from, next.to);
    else result.push(next);
  }
  return result;
}

function segment(values: readonly number[], from: number, to: number): Segment {
  const sum = values.slice(from, to).reduce((total, value) => total + value, 0);
  return { from, to, mean: sum / Math.max(1, to - from) };
}

function residuals(values: readonly number[], segments: readonly Segment[]): number[] {
  return segments.flatMap(({ from, to, mean }) => values.slice(from, to).map((value) => value - mean));
}
