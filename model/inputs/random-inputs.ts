/** Inputs for a user's model, of which nothing is known but type and shape. */

import { halvesOf } from '../float16.js';
import { elementCount, type Tensor, type TensorInfo, type Tensors } from '../graph.js';
import { refuse } from '../import/decode.js';
import { uniform } from '../random.js';
import { allocate } from '../safetensors.js';

/** Smallest and largest value by input name, both included. */
export type Ranges = Readonly<Record<string, readonly [number, number]>>;

/**
 * Floats uniform in [−1, 1). Integers are 0 or 1 where no range says otherwise, which are valid indices and classes almost everywhere;
 * booleans likewise. The same for the same seed and buffer.
 *
 * @param ranges where others are wanted: tokens of a vocabulary, pixels from 0 to 255
 * @throws TouchstoneError('model') for a range of no input
 */
export function randomInputs(
  inputs: readonly TensorInfo[],
  seed: number,
  buffer: number,
  ranges: Ranges = {},
): Tensors {
  const stranger = Object.keys(ranges).find((name) => !inputs.some((input) => input.name === name));
  if (stranger !== undefined) {
    throw refuse(
      `the model has no input ${stranger}`,
      `its inputs are ${inputs.map(({ name }) => name).join(', ') || 'none'}`,
    );
  }
  return Object.fromEntries(
    inputs.map((input) => [input.name, randomTensor(input, seed, buffer, rangeOf(input, ranges))]),
  );
}

/** @throws TouchstoneError('model') for a range that values of the input's type cannot have */
function rangeOf({ name, type }: TensorInfo, ranges: Ranges): Ranges[string] | undefined {
  const range = Object.hasOwn(ranges, name) ? ranges[name] : undefined;
  if (!range || type.startsWith('float')) return range;
  const [least, most] = type === 'bool' ? [0, 1] : integerRange(type);
  if (range.every((bound) => Number.isInteger(bound) && bound >= least && bound <= most)) return range;
  throw refuse(
    `input ${name} is ${type}, which has no values from ${range[0]} to ${range[1]}`,
    `give whole numbers from ${least} to ${most}`,
  );
}

/** Of the numbers that a double tells apart. */
function integerRange(type: string): [number, number] {
  const bits = Math.min(54, Number(/\d+/.exec(type)?.[0] ?? 64));
  return type.startsWith('u') ? [0, 2 ** Math.min(53, bits) - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}

function randomTensor(
  { name, type, shape }: TensorInfo,
  seed: number,
  buffer: number,
  range: Ranges[string] | undefined,
): Tensor {
  const count = elementCount(shape);
  if (count > 2 ** 30) throw refuse(`input ${name} of shape ${shape.join('×')} is too large`);
  const isFraction = type.startsWith('float');
  const [low, high] = range ?? (isFraction ? [-1, 1] : [0, 1]);
  // Of whole numbers each is as likely as any other, the largest too.
  const values = uniform(seed, `input/${buffer}/${name}`, count, low, isFraction ? high : high + 1);
  if (type === 'float32') return { type, shape, data: values };
  if (type === 'float16') return { type, shape, data: halvesOf(values) };
  const data = allocate(type, count);
  const big = data instanceof BigInt64Array || data instanceof BigUint64Array;
  values.forEach((value, index) => {
    const number = isFraction ? value : Math.min(Math.floor(value), high);
    data[index] = big ? BigInt(number) : number;
  });
  return { type, shape, data };
}
