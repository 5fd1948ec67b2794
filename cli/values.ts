/** Parsers of option values: each throws a one-line usage error that says what would have been right. */
import { existsSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { type Mode, modes } from '../model/workload.js';

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** `90s`, `2m`, `1.5h`, `500ms`; a bare number is seconds. Milliseconds. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|min|h)?$/.exec(text.trim());
  const value = Number(match?.[1]) * (unitMs[match?.[2] ?? 's'] ?? 0);
  if (!match || !(value > 0)) throw new InvalidArgumentError('Give a duration such as 60s, 2m or 500ms.');
  return value;
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('Give a whole number of at least 1.');
  return value;
}

export function seed(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0 || value >= 2 ** 32) {
    throw new InvalidArgumentError('Give a whole number from 0 to 4294967295.');
  }
  return value;
}

/** `1%`, `0.5%` or `0.01`. A share. */
export function share(text: string): number {
  const [, number = '', percent] = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim()) ?? [];
  const value = Number(number) / (percent === '%' ? 100 : 1);
  if (number === '' || !(value > 0 && value < 1)) {
    throw new InvalidArgumentError('Give a share such as 1% or 0.01.');
  }
  return value;
}

/** `1,64` */
export function integers(text: string): number[] {
  return [...new Set(names(text).map(positiveInteger))];
}

/** `a,b`; repeated options add up. */
export function names(text: string, earlier: readonly string[] = []): string[] {
  const given = text.split(',').map((name) => name.trim());
  if (given.some((name) => name === '')) throw new InvalidArgumentError('Give names separated by commas.');
  return [...earlier, ...given];
}

/** The same of files; one that is there is taken as it is, commas and all. */
export function paths(text: string, earlier: readonly string[] = []): string[] {
  return existsSync(text) ? [...earlier, text] : names(text, earlier);
}

export function modeNames(text: string): Mode[] {
  return names(text).map((name) => {
    const found = modes.find((candidate) => candidate === name);
    if (!found) throw new InvalidArgumentError(`Give one or more of ${modes.join(', ')}.`);
    return found;
  });
}

/** `tokens=0..29999`, or `rate=16000` for one value; repeated options add up. Smallest and largest by input name, both included. */
export function valueRange(
  text: string,
  earlier: Readonly<Record<string, [number, number]>> = {},
): Record<string, [number, number]> {
  const [, name = '', low = '', high = low] =
    /^(.+)=(-?\d*\.?\d+(?:e-?\d+)?)(?:\.\.(-?\d*\.?\d+(?:e-?\d+)?))?$/.exec(text) ?? [];
  const [least, most] = [Number(low), Number(high)];
  if (name === '' || !(least <= most) || !Number.isFinite(least) || !Number.isFinite(most)) {
    throw new InvalidArgumentError('Give the smallest and the largest value, such as tokens=0..29999.');
  }
  return { ...earlier, [name]: [least, most] };
}

/** `name=1x3x224x224`; repeated options add up. Shapes by input name; `name=` alone is a scalar. */
export function inputShape(
  text: string,
  earlier: Readonly<Record<string, number[]>> = {},
): Record<string, number[]> {
  const split = text.lastIndexOf('=');
  const extents = text
    .slice(split + 1)
    .split(/[x×]/)
    .map(Number);
  if (split < 1 || extents.some((extent) => !Number.isSafeInteger(extent) || extent < 1)) {
    throw new InvalidArgumentError('Give a shape such as name=1x3x224x224.');
  }
  return { ...earlier, [text.slice(0, split)]: extents };
}
