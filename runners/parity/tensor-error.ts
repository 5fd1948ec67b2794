/** How far a tensor is from its reference, as a whole. */
import type { Tensor } from '../../model/graph.js';

/** Lengths of what a tensor is off and of its reference, or why there are none. */
export type TensorError =
  | { readonly difference: number; readonly reference: number }
  | { readonly reason: string };

/** @param at (reference, actual) of an element */
export function norms(count: number, at: (index: number) => readonly [number, number]): TensorError {
  let difference = 0;
  let reference = 0;
  for (let index = 0; index < count; index++) {
    const [expected, actual] = at(index);
    // Infinities and NaN have no distance: they are the same, or the tensor is another.
    if (Object.is(expected, actual)) {
      if (Number.isFinite(expected)) reference += expected ** 2;
      continue;
    }
    if (!Number.isFinite(actual)) return { reason: `element ${index} is ${actual}` };
    if (!Number.isFinite(expected)) return { reason: `element ${index} is ${actual} instead of ${expected}` };
    difference += (actual - expected) ** 2;
    reference += expected ** 2;
  }
  return { difference: Math.sqrt(difference), reference: Math.sqrt(reference) };
}

/** Relative where there is something to be relative to: a reference of zero asks for the absolute error. */
export function relative(difference: number, reference: number | undefined): number {
  if (reference === undefined) return Number.NaN;
  return Math.abs(difference) / (Math.abs(reference) || 1);
}

/** Why two tensors cannot be compared; undefined where they can. */
export function mismatchOf(expected: Tensor | undefined, actual: Tensor | undefined): string | undefined {
  if (!expected) return 'this tensor is missing in the reference';
  if (!actual) return 'the framework did not give this tensor';
  if (expected.shape.join('×') !== actual.shape.join('×')) {
    return `shape ${describe(actual.shape)} instead of ${describe(expected.shape)}`;
  }
  return undefined;
}

function describe(shape: readonly number[]): string {
  return shape.length === 0 ? 'scalar' : shape.join('×');
}
