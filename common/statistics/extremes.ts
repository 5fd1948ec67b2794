/** Extremes of lists that are longer than the arguments of one call may be: of short iterations there are hundreds of thousands. */

/** Infinity for none. */
export function smallest(values: readonly number[]): number {
  return values.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY);
}

/** Minus infinity for none. */
export function largest(values: readonly number[]): number {
  return values.reduce((most, each) => Math.max(most, each), Number.NEGATIVE_INFINITY);
}
