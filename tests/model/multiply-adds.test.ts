/** Quantised operators count as much as their floating-point counterparts; attention counts both of its products. */
import { expect, test } from 'vitest';
import type { DataType, Graph } from '../../model/graph.js';
import { multiplyAdds } from '../../model/multiply-adds.js';

function graphOf(operator: string, inputs: readonly (readonly number[])[], output: readonly number[]): Graph {
  const type: DataType = 'float32';
  const names = inputs.map((_, index) => `i${index}`);
  const given = inputs.map(
    (shape, index) => [`i${index}`, { name: `i${index}`, type, shape: [...shape] }] as const,
  );
  return {
    ...{ name: 'counted', opset: 23, inputs: [], outputs: [], weights: [], parameters: [] },
    nodes: [{ name: 'n', operator, inputs: names, outputs: ['y'], attributes: {} }],
    values: { ...Object.fromEntries(given), y: { name: 'y', type, shape: [...output] } },
  };
}

const [x, w, y] = [
  [1, 3, 8, 8],
  [16, 3, 3, 3],
  [1, 16, 6, 6],
] as const;
const one: readonly number[] = [];

test.each([
  ['QLinearConv', [x, one, one, w, one, one, one, one], y, 16 * 6 * 6 * 27],
  ['ConvInteger', [x, w], y, 16 * 6 * 6 * 27],
  ['QLinearMatMul', [[2, 5, 7], one, one, [7, 4], one, one, one, one], [2, 5, 4], 2 * 5 * 4 * 7],
  [
    'MatMulInteger',
    [
      [5, 7],
      [7, 4],
    ],
    [5, 4],
    5 * 4 * 7,
  ],
  [
    'Attention',
    [
      [2, 4, 3, 8],
      [2, 2, 5, 8],
      [2, 2, 5, 6],
    ],
    [2, 4, 3, 6],
    2 * 4 * 3 * 5 * (8 + 6),
  ],
  [
    'Attention',
    [[2, 3, 32], [2, 1, 16], [2, 1, 12], one, [2, 2, 4, 8], [2, 2, 4, 6]],
    [2, 3, 24],
    2 * 3 * 5 * (32 + 24),
  ],
])('%s', (operator, inputs, output, count) => {
  expect(multiplyAdds(graphOf(operator, inputs, output))).toBe(count);
});
