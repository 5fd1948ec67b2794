/**
 * The worst element of a floating-point tensor: in the norm of a million elements a single wrong one hides, and so does a small
 * one beside large ones. `docs/method.md` derives the bound.
 */
import type { TensorData } from '../../model/graph.js';
import type { CheckTolerance } from '../../model/tolerance.js';
import { largestOf } from './evidence.js';

/** Probability with which a tensor of normally distributed errors has an element beyond the bound. */
const exceedance = 1e-6;

interface Elements {
  readonly expected: TensorData;
  readonly actual: TensorData;
  /** ‖expected‖₂ of the finite elements. */
  readonly norm: number;
  readonly tolerance: CheckTolerance;
  /** The largest error of the reference in float32, if it is known. */
  readonly rounding?: number | undefined;
}

/** @returns which element is further off than rounding explains, of several the one that exceeds its bound the most */
export function worstElement(elements: Elements): string | undefined {
  const { expected, actual } = elements;
  const boundOf = elementBound(elements);
  let worst = { index: -1, excess: 1 };
  for (let index = 0; index < expected.length; index++) {
    const reference = Number(expected[index]);
    const difference = Math.abs(Number(actual[index]) - reference);
    // Infinities and NaN, which are the same on both sides.
    if (!Number.isFinite(difference)) continue;
    const excess = difference / boundOf(reference);
    if (excess > worst.excess) worst = { index, excess };
  }
  const { index } = worst;
  if (index < 0) return undefined;
  const [reference, found] = [Number(expected[index]), Number(actual[index])];
  const bound = boundOf(reference).toExponential(1);
  return `element ${index} is ${found} instead of ${reference}, where rounding explains ${bound}`;
}

/** The bound of an element by the size of its reference. */
function elementBound({ expected, norm, tolerance, rounding }: Elements): (reference: number) => number {
  const { output, floor = 0, elements } = tolerance;
  const spread = Math.sqrt(2 * Math.log((2 * expected.length) / exceedance));
  const scale = elements === 'coarse' ? largestOf(expected) : norm / Math.sqrt(expected.length);
  const size = (reference: number) => Math.abs(reference) + Math.max(scale, floor);
  const byNorm = (reference: number) => spread * output * size(reference);
  if (elements === undefined || elements === 'coarse' || rounding === undefined) return byNorm;
  const { accumulation, measured } = elements;
  const least = spread * output * floor + measured * rounding;
  return (reference) => Math.min(byNorm(reference), spread * accumulation * size(reference) + least);
}
