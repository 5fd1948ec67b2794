/**
 * Element `index` of a sequence; an index outside is a defect of the caller, which a default would turn into a wrong
 * number.
 */
export function at<Element>(sequence: ArrayLike<Element>, index: number): Element {
  return sequence[index] ?? missing(sequence.length, index);
}

function missing(length: number, index: number): never {
  throw new RangeError(`no element ${index} in a sequence of ${length}`);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** NaN for no values. */
export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
