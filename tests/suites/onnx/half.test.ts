import { expect, test } from 'vitest';
import { elementsOf, fromHalf } from '../../../suites/onnx/half.js';

test('half-precision numbers are those of IEEE 754', () => {
  // Table of the standard's own examples: one, the smallest subnormal and normal, the largest, the nearest to a third.
  expect([0x3c00, 0x0001, 0x0400, 0x7bff, 0x3555, 0xc000].map(fromHalf)).toEqual([
    1,
    2 ** -24,
    2 ** -14,
    65504,
    0.333251953125,
    -2,
  ]);
  expect([0x7c00, 0xfc00].map(fromHalf)).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  expect(fromHalf(0x7e00)).toBeNaN();
  expect(Object.is(fromHalf(0x8000), -0)).toBe(true);
});

test('only half-precision tensors are decoded', () => {
  const bits = Uint16Array.of(0x3c00);
  expect(elementsOf({ type: 'float16', shape: [1], data: bits })).toEqual(Float32Array.of(1));
  expect(elementsOf({ type: 'uint16', shape: [1], data: bits })).toBe(bits);
});
