import { expect, it } from 'vitest';
import { hasIntegerProducts } from '../../../model/import/integer-products.js';

const packed = (level: number) => ({
  opType: 'MatMulNBits',
  domain: 'com.microsoft',
  input: ['x', 'w', 'scales'],
  output: ['y'],
  attribute: [{ name: 'accuracy_level', i: level }],
});
const dequantise = (output: string) => ({
  opType: 'DequantizeLinear',
  input: [`${output}_q`],
  output: [output],
});

it.each([
  ['an integer operator', [{ opType: 'MatMulInteger', input: ['a', 'b'], output: ['y'] }]],
  [
    'one of com.microsoft',
    [{ opType: 'DynamicQuantizeLSTM', domain: 'com.microsoft', input: [], output: ['y'] }],
  ],
  [
    'a convolution of two dequantised tensors',
    [dequantise('x'), dequantise('w'), { opType: 'Conv', input: ['x', 'w', 'b'], output: ['y'] }],
  ],
  ['4-bit weights with a rounded factor', [packed(4)]],
])('%s multiplies integers', (_, nodes) => {
  expect(hasIntegerProducts(nodes)).toBe(true);
});

it.each([
  [
    'weights that alone are dequantised',
    [dequantise('w'), { opType: 'Conv', input: ['x', 'w'], output: ['y'] }],
  ],
  [
    'a sum of two dequantised tensors',
    [dequantise('a'), dequantise('b'), { opType: 'Add', input: ['a', 'b'], output: ['y'] }],
  ],
  ['products of floating-point numbers', [{ opType: 'MatMul', input: ['a', 'b'], output: ['y'] }]],
  ['4-bit weights alone', [packed(1)]],
])('%s does not', (_, nodes) => {
  expect(hasIntegerProducts(nodes)).toBe(false);
});
