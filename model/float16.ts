/** Half-precision numbers, which are kept as their 16 bits (IEEE 754 binary16) since Node has no array of them yet. */
import { getFloat16, setFloat16 } from '@petamoriken/float16';
import type { Tensor, TensorData } from './graph.js';

/** The elements of a tensor as numbers or big integers, half-precision ones decoded. */
export function elementsOf({ type, data }: Tensor): TensorData {
  if (type !== 'float16') return data;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Float32Array.from({ length: data.length }, (_, index) => getFloat16(view, 2 * index, true));
}

/** Each number rounded to the nearest one of half precision. */
export function halvesOf(numbers: ArrayLike<number>): Uint16Array {
  const halves = new Uint16Array(numbers.length);
  const view = new DataView(halves.buffer);
  for (let index = 0; index < numbers.length; index++) {
    setFloat16(view, 2 * index, numbers[index] ?? Number.NaN, true);
  }
  return halves;
}
