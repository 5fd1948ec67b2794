/**
 * Warm-up of one process, from its times in the order in which they were taken: the classes of Barrett, Bolz-Tereick,
 * Killick, Mount and Tratt, "Virtual machine warmup blows hot and cold" (OOPSLA 2017), by change points of the
 * logarithms.
 */
import { changePoints, type Segment } from './change-points.js';
import { median, quantileSorted, sorted } from './quantiles.js';

export const steadyLabels = ['steady', 'warm-up', 'slow-down', 'cyclic', 'never steady', 'too few'] as const;

/**
 * `steady` from the first sample on; `warm-up`: steady after slower samples; `slow-down`: steady after faster ones;
 * `cyclic`: it alternates between levels; `never steady`: its last level does not last long enough; `too few`: not
 * enough samples to classify.
 */
export type SteadyLabel = (typeof steadyLabels)[number];

export interface SteadyState {
  readonly label: SteadyLabel;
  /** Index of the first sample of the last level; 0 where there is no steady one to wait for. */
  readonly steadyFrom: number;
}

const minSamples = 20;
/** Levels closer than this (2 %, on a logarithmic scale) are the same. */
const sameLevel = 0.02;
/** Minimum share of the samples on the last level. */
const steadyShare = 0.3;
/** More points do not show levels better; longer sequences are cut into pieces, and each is reduced to its median. */
const maxPoints = 300;

/** @param samplesNs times of one process in collection order, any positive unit */
export function steadyState(samplesNs: readonly number[]): SteadyState {
  if (samplesNs.length < minSamples) return { label: 'too few', steadyFrom: 0 };
  const size = Math.ceil(samplesNs.length / maxPoints);
  const points = withoutOutliers(piecesOf(samplesNs.map(logarithm), size).map(median));
  const segments = changePoints(points, sameLevel);
  const last = segments.at(-1);
  if (!last || segments.length === 1) return { label: 'steady', steadyFrom: 0 };
  if (isCyclic(segments)) return { label: 'cyclic', steadyFrom: 0 };
  if (last.to - last.from < steadyShare * points.length) return { label: 'never steady', steadyFrom: 0 };
  const label = segments.some(({ mean }) => mean < last.mean - sameLevel) ? 'slow-down' : 'warm-up';
  return { label, steadyFrom: last.from * size };
}

/** A clock that did not tick gives 0, which has no logarithm. */
function logarithm(ns: number): number {
  return Math.log(Math.max(ns, 1));
}

function piecesOf(values: readonly number[], size: number): number[][] {
  const count = Math.ceil(values.length / size);
  return Array.from({ length: count }, (_, index) => values.slice(index * size, (index + 1) * size));
}

/** Values farther from the middle half of their surroundings than three times its width are clipped. */
function withoutOutliers(values: readonly number[]): number[] {
  const reach = 12;
  return values.map((value, index) => {
    const near = sorted(values.slice(Math.max(0, index - reach), index + reach + 1));
    const [low, high] = [quantileSorted(near, 0.25), quantileSorted(near, 0.75)];
    const slack = 3 * (high - low);
    return Math.min(high + slack, Math.max(low - slack, value));
  });
}

/** Earlier levels return twice or more. */
function isCyclic(segments: readonly Segment[]): boolean {
  const returns = segments.filter(({ mean }, index) =>
    segments.slice(0, Math.max(0, index - 1)).some((earlier) => Math.abs(earlier.mean - mean) < sameLevel),
  );
  return returns.length >= 2;
}
