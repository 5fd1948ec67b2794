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

/**
 * Printed at least: without an interval, of which the precision is unknown, and with one as wide as the value. With a single digit
 * the larger of two values could look the smaller one.
 */
const minDigits = 2;
/** However narrow the interval, more digits are of no use to a reader. */
const maxDigits = 4;

/**
 * The value rounded at the leading digit of the interval's half-width, the bounds at the same place and outwards, so
 * that the printed interval never claims more than the computed one. A bound beyond `apart` keeps a digit that shows it: zero is
 * none of a time, and 1 means no difference of a ratio.
 */
export function digits({ value, low, high }: Bounds, apart = 0): Digits {
  if (low === null || high === null || !Number.isFinite(value)) {
    return { value: toDecimals(value, decimalsFor(value, minDigits)), low: null, high: null };
  }
  const halfWidth = (high - low) / 2;
  const finest = decimalsFor(value, maxDigits);
  const allowed = halfWidth > 0 ? -Math.floor(Math.log10(halfWidth)) : finest;
  const decimals = Math.max(Math.min(allowed, finest), Math.min(finest, decimalsFor(value, minDigits)));
  const lowDecimals =
    low > apart ? decimalsUntil(decimals, (places) => rounded(low, places, Math.floor) > apart) : decimals;
  const highDecimals =
    high < apart ? decimalsUntil(decimals, (places) => rounded(high, places, Math.ceil) < apart) : decimals;
  return {
    value: toDecimals(value, decimals),
    low: toDecimals(rounded(low, lowDecimals, Math.floor), lowDecimals),
    high: toDecimals(rounded(high, highDecimals, Math.ceil), highDecimals),
  };
}

/** The fewest decimal places from `least` on that suffice; as many as numbers are printed with where none do. */
function decimalsUntil(least: number, suffice: (places: number) => boolean): number {
  let places = least;
  while (places < maxDecimals && !suffice(places)) places++;
  return places;
}

/** `toFixed` takes up to 100, and a double has no use for them. */
const maxDecimals = 20;

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
  if (decimals >= 0) return value.toFixed(Math.min(decimals, maxDecimals));
  const unit = 10 ** -decimals;
  return String(Math.round(value / unit) * unit);
}
