/** Order statistics. Every function takes its values in any order and leaves them as they are. */

/** Quantile of Hyndman and Fan's type 7 (linear interpolation; the default of NumPy and R). NaN for no values. */
export function quantile(values: readonly number[], share: number): number {
  return quantileSorted(sorted(values), share);
}

/** Ascending, by numbers alone: a report sorts millions of short lists, and a comparison in JavaScript takes most of that. */
export function sorted(values: readonly number[]): Float64Array {
  return new Float64Array(values).sort();
}

/** The same for values that are sorted already. */
export function quantileSorted(sorted: ArrayLike<number>, share: number): number {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) return Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** The middle value, or the mean of the two middle ones. NaN for no values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function ascending(a: number, b: number): number {
  return a - b;
}
