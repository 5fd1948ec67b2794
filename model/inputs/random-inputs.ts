/** Draws inputs for a user's model, of which only types and shapes are known. */

import { toFloat16 } from '../float16.js';
import {
  allocate,
  type DataType,
  elementBytes,
  elementCount,
  type Tensor,
  type TensorInfo,
  type Tensors,
} from '../graph.js';
import { modelError } from '../model-error.js';
import { uniform } from '../random.js';

/** Smallest and largest value, both included. */
export type Range = readonly [low: number, high: number];
/** By input name. */
export type Ranges = Readonly<Record<string, Range>>;

const maxElements = 2 ** 30;

/**
 * One set of inputs: floating-point values uniform in [−1, 1); integers and booleans 0 or 1, which are valid indices and
 * class numbers in almost every model. The same for the same seed and buffer.
 *
 * @param ranges overrides by input name: tokens of a vocabulary, pixels from 0 to 255
 * @throws TouchstoneError('model') for a range of no input, or one that the input's type cannot represent
 */
export function randomInputs(
  inputs: readonly TensorInfo[],
  seed: number,
  buffer: number,
  ranges: Ranges = {},
): Tensors {
  const unknown = Object.keys(ranges).find((name) => !inputs.some((input) => input.name === name));
  if (unknown !== undefined) {
    throw modelError(
      `the model has no input ${unknown}`,
      `its inputs are ${inputs.map(({ name }) => name).join(', ') || 'none'}`,
    );
  }
  return Object.fromEntries(
    inputs.map((input) => [input.name, randomTensor(input, seed, buffer, checkedRange(input, ranges))]),
  );
}

function checkedRange({ name, type }: TensorInfo, ranges: Ranges): Range | undefined {
  const range = rangeOf(name, ranges);
  if (!range || type.startsWith('float')) return range;
  const [min, max] = representable(type);
  if (range.every((bound) => Number.isInteger(bound) && bound >= min && bound <= max)) return range;
  throw modelError(
    `input ${name} has type ${type}, which cannot represent the range from ${range[0]} to ${range[1]}`,
    `specify integers from ${min} to ${max}`,
  );
}

/** The range of an input; undefined if none is given. An input may be named `constructor`. */
export function rangeOf(name: string, ranges: Ranges): Range | undefined {
  return Object.hasOwn(ranges, name) ? ranges[name] : undefined;
}

/** Integers of the type that a double represents exactly. */
function representable(type: DataType): Range {
  if (type === 'bool') return [0, 1];
  const bits = 8 * elementBytes(type);
  if (type.startsWith('uint')) return [0, 2 ** Math.min(53, bits) - 1];
  const magnitude = 2 ** (Math.min(54, bits) - 1);
  return [-magnitude, magnitude - 1];
}

function randomTensor(
  { name, type, shape }: TensorInfo,
  seed: number,
  buffer: number,
  range: Range | undefined,
): Tensor {
  const count = elementCount(shape);
  if (count > maxElements) throw modelError(`input ${name} of shape ${shape.join('×')} is too large`);
  const isFloat = type.startsWith('float');
  const [low, high] = range ?? (isFloat ? [-1, 1] : [0, 1]);
  // Integers are drawn below high + 1 and rounded down, so that each is equally likely, the largest included.
  const values = uniform(seed, `input/${buffer}/${name}`, count, low, isFloat ? high : high + 1);
  if (type === 'float32') return { type, shape, data: values };
  if (type === 'float16') return { type, shape, data: toFloat16(values) };
  const data = allocate(type, count);
  const isBig = data instanceof BigInt64Array || data instanceof BigUint64Array;
  values.forEach((value, index) => {
    const number = isFloat ? value : Math.min(Math.floor(value), high);
    data[index] = isBig ? BigInt(number) : number;
  });
  return { type, shape, data };
}
