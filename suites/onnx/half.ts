/** Half-precision numbers, which are kept as their 16 bits (IEEE 754 binary16) since JavaScript has no array of them. */
import type { Tensor, TensorData } from './graph.js';

const numbers = new Map<number, number>();

/** The number that 16 bits stand for: sign, five bits of exponent with bias 15, ten bits of fraction. */
export function fromHalf(bits: number): number {
  const known = numbers.get(bits);
  if (known !== undefined) return known;
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const value = sign * magnitude(exponent, fraction);
  numbers.set(bits, value);
  return value;
}

function magnitude(exponent: number, fraction: number): number {
  if (exponent === 0) return fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  return (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The elements of a tensor as numbers or big integers, half-precision ones decoded. */
export function elementsOf({ type, data }: Tensor): TensorData {
  return type === 'float16' ? Float32Array.from(data as Uint16Array, fromHalf) : data;
}
