/**
 * Values that a user types, for the command line and for scripts alike: each parser throws a usage error that says what
 * would have been right. Those that take `earlier` may be given repeatedly and add up.
 */
import { existsSync } from 'node:fs';
import { TouchstoneError } from './errors.js';
import { type Mode, modes } from './vocabulary.js';

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** `90s`, `2m`, `1.5h`, `500ms`; a bare number is seconds. Milliseconds. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|min|h)?$/.exec(text.trim());
  const value = Number(match?.[1]) * Number(unitMs[match?.[2] ?? 's']);
  if (!(value > 0)) throw invalid(text, 'a duration', 'give a duration such as 60s, 2m or 500ms');
  return value;
}

const unitBytes: Readonly<Record<string, number>> = { m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** `512m`, `4g`, `1.5GiB`. Bytes. */
export function memorySize(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([mgt])(?:i?b)?$/i.exec(text.trim()) ?? [];
  const value = Number(number) * Number(unitBytes[unit.toLowerCase()]);
  if (!(value > 0)) throw invalid(text, 'a size of memory', 'give a size such as 512m or 4g');
  return Math.floor(value);
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw invalid(text, 'a positive integer', 'give an integer of 1 or more');
  return value;
}

export function seed(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0 || value >= 2 ** 32) {
    throw invalid(text, 'a seed', 'give an integer from 0 to 4294967295');
  }
  return value;
}

/** `1%`, `0.5%` or `0.01`. A share. */
export function share(text: string): number {
  const [, number, percent] = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim()) ?? [];
  const value = Number(number) / (percent === '%' ? 100 : 1);
  if (!(value > 0 && value < 1)) throw invalid(text, 'a share', 'give a share such as 1% or 0.01');
  return value;
}

/** `1,64` */
export function integers(text: string): number[] {
  return [...new Set(names(text).map(positiveInteger))];
}

/** `a,b` */
export function names(text: string, earlier: readonly string[] = []): string[] {
  const given = text.split(',').map((name) => name.trim());
  if (given.includes('')) throw invalid(text, 'a list of names', 'give names separated by commas');
  return [...earlier, ...given];
}

/** The same for files; the name of an existing file is taken as it is, commas included. */
export function paths(text: string, earlier: readonly string[] = []): string[] {
  return existsSync(text) ? [...earlier, text] : names(text, earlier);
}

export function modeNames(text: string): Mode[] {
  return names(text).map((name) => {
    const found = modes.find((candidate) => candidate === name);
    if (!found) throw invalid(name, 'a mode', `give one or more of ${modes.join(', ')}`);
    return found;
  });
}

/** `tokens=0..29999`, or `rate=16000` for one value. Minimum and maximum by input name, both included. */
export function valueRange(
  text: string,
  earlier: Readonly<Record<string, [number, number]>> = {},
): Record<string, [number, number]> {
  const [, name = '', low = '', high = low] =
    /^(.+)=(-?\d*\.?\d+(?:e-?\d+)?)(?:\.\.(-?\d*\.?\d+(?:e-?\d+)?))?$/.exec(text) ?? [];
  const [min, max] = [Number(low), Number(high)];
  if (name === '' || !(min <= max) || !Number.isFinite(min) || !Number.isFinite(max)) {
    throw invalid(text, 'a range', 'give the minimum and the maximum, such as tokens=0..29999');
  }
  return { ...earlier, [name]: [min, max] };
}

/** `name=1x3x224x224`. Shapes by input name; `name=` alone is a scalar. */
export function inputShape(
  text: string,
  earlier: Readonly<Record<string, number[]>> = {},
): Record<string, number[]> {
  const split = text.lastIndexOf('=');
  const written = text.slice(split + 1);
  const extents = written === '' ? [] : written.split(/[x×]/).map(Number);
  if (split < 1 || extents.some((extent) => !Number.isSafeInteger(extent) || extent < 0)) {
    throw invalid(text, 'a shape', 'give a shape such as name=1x3x224x224');
  }
  return { ...earlier, [text.slice(0, split)]: extents };
}

function invalid(text: string, what: string, hint: string): TouchstoneError {
  return new TouchstoneError('usage', `'${text}' is not ${what}`, { hint });
}
