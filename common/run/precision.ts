/** How well ratios are to be known, where the number of rounds follows from it. As shares: half an interval's width. */

/** Where `--precision` does not say it. */
export const defaultPrecision = 0.05;

/** Beyond this ratio to the fastest it is enough to know by about how much a target is slower. */
export const farRatio = 3;
const farFactor = 4;

/** @param ratio to the fastest */
export function precisionAt(ratio: number, precision: number): number {
  return ratio > farRatio ? farFactor * precision : precision;
}

/** Half of an interval's width, as a share; infinite without an interval. */
export function halfWidth({
  low,
  high,
}: {
  readonly low: number | null;
  readonly high: number | null;
}): number {
  return low === null || high === null ? Number.POSITIVE_INFINITY : Math.sqrt(high / low) - 1;
}
