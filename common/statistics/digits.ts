/** Numbers with no more digits than their interval supports. */

export interface Bounds {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

export interface Digits {
  readonly value: string;
  readonly low: string | null;
  readonly high: string | null;
}

/** Without an interval the precision is unknown: two digits are printed. */
const digitsWithoutInterval = 2;
/** However narrow the interval, more digits are of no use to a reader. */
const maxDigits = 4;

/**
 * The value rounded at the leading digit of the interval's half-width, the bounds at the same place and outwards, so
 * that the printed interval never claims more than the computed one; a lower bound above zero keeps a digit.
 */
export function digits({ value, low, high }: Bounds): Digits {
  if (low === null || high === null || !Number.isFinite(value)) {
    return { value: toDecimals(value, decimalsFor(value, digitsWithoutInterval)), low: null, high: null };
  }
  const halfWidth = (high - low) / 2;
  const finest = decimalsFor(value, maxDigits);
  const allowed = halfWidth > 0 ? -Math.floor(Math.log10(halfWidth)) : finest;
  // An interval as wide as the value itself still leaves one digit.
  const decimals = Math.max(Math.min(allowed, finest), Math.min(finest, decimalsFor(value, 1)));
  // A bound that is above zero must not be printed as zero: the interval would seem to reach where it does not.
  const vanishes = low > 0 && rounded(low, decimals, Math.floor) === 0;
  const lowDecimals = vanishes ? decimalsFor(low, 1) : decimals;
  return {
    value: toDecimals(value, decimals),
    low: toDecimals(rounded(low, lowDecimals, Math.floor), lowDecimals),
    high: toDecimals(rounded(high, decimals, Math.ceil), decimals),
  };
}

/** Decimal places that show so many significant digits; negative for tens, hundreds, … */
function decimalsFor(value: number, significant: number): number {
  if (value === 0 || !Number.isFinite(value)) return 0;
  return significant - 1 - Math.floor(Math.log10(Math.abs(value)));
}

function rounded(value: number, decimals: number, round: (value: number) => number): number {
  const scale = 10 ** decimals;
  // With a tolerance: 1.1 * 100 is 110.00000000000001, and must not be rounded up to 111.
  const scaled = value * scale;
  const near = Math.round(scaled);
  return (Math.abs(scaled - near) < 1e-9 * Math.max(1, Math.abs(scaled)) ? near : round(scaled)) / scale;
}

function toDecimals(value: number, decimals: number): string {
  if (decimals >= 0) return value.toFixed(Math.min(decimals, 20));
  const unit = 10 ** -decimals;
  return String(Math.round(value / unit) * unit);
}
