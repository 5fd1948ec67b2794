import { expect, it } from 'vitest';
import { elementsOf, toFloat16 } from '../../model/float16.js';

const decoded = (...bits: number[]) =>
  Array.from(elementsOf({ type: 'float16', shape: [bits.length], data: Uint16Array.from(bits) }), Number);

it('decodes the examples of the standard', () => {
  // One, the smallest subnormal, the smallest normal, the largest, a third, minus two.
  expect(decoded(0x3c00, 0x0001, 0x0400, 0x7bff, 0x3555, 0xc000)).toEqual([
    1,
    2 ** -24,
    2 ** -14,
    65504,
    0.333251953125,
    -2,
  ]);
  expect(decoded(0x7c00, 0xfc00, 0x7e00, 0x8000)).toEqual([
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
    -0,
  ]);
});

it('decodes a view that starts in the middle of a buffer', () => {
  const data = Uint16Array.from([0, 0x3c00, 0xc000]).subarray(1);
  expect(Array.from(elementsOf({ type: 'float16', shape: [2], data }), Number)).toEqual([1, -2]);
});

it('leaves tensors of other types as they are', () => {
  const data = Float32Array.of(1.5, -2);
  expect(elementsOf({ type: 'float32', shape: [2], data })).toBe(data);
});

it('rounds to nearest, ties to even, and overflows to infinity', () => {
  expect(Array.from(toFloat16([1 / 3, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 65520, -0]))).toEqual([
    0x3555, 0x3c00, 0x3c02, 0x7c00, 0x8000,
  ]);
});
