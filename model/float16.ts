/** Half precision (IEEE 754 binary16), stored as 16-bit integers: Node 20 has no Float16Array. */
import { getFloat16, setFloat16 } from '@petamoriken/float16';
import { at } from '../common/at.js';
import type { Tensor, TensorData } from './graph.js';

/** The elements of a tensor as numbers or big integers; float16 is decoded to float32. */
export function elementsOf({ type, data }: Tensor): TensorData {
  if (type !== 'float16') return data;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Float32Array.from({ length: data.length }, (_, index) => getFloat16(view, 2 * index, true));
}

/** Rounds each number to the nearest half-precision value. */
export function toFloat16(numbers: ArrayLike<number>): Uint16Array {
  const bits = new Uint16Array(numbers.length);
  const view = new DataView(bits.buffer);
  for (let index = 0; index < numbers.length; index++) {
    setFloat16(view, 2 * index, at(numbers, index), true);
  }
  return bits;
}
