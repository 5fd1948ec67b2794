import { describe, expect, it } from 'vitest';
import { batchOf, namedBatch } from '../../model/batch.js';
import { graphOf, type Sketch } from '../adapters/operation-graph.js';

/** An LSTM of hidden size 6 whose input is `shape`. */
const recurrent = (shape: readonly number[], rest: Partial<Sketch> = {}, layout = 0) =>
  graphOf({
    nodes: [['LSTM', ['x', 'w', 'r'], ['y'], { hidden_size: 6, layout }]],
    weights: ['w', 'r'],
    ...rest,
    values: { x: shape, w: [1, 24, 5], r: [1, 24, 6], y: [1], ...rest.values },
  });

describe('the batch of a recurrent layer', () => {
  it('is behind the steps, or before them with layout 1', () => {
    expect(batchOf(recurrent([7, 3, 5]))).toBe(3);
    expect(batchOf(recurrent([3, 7, 5], {}, 1))).toBe(3);
  });

  it('is found where an input has it first, or is a state', () => {
    const transposed = {
      ...recurrent([7, 3, 5]),
      inputs: [{ name: 'i', type: 'float32' as const, shape: [3, 7, 5] }],
    };
    expect(batchOf(transposed)).toBe(3);
    const state = { name: 'h', type: 'float32' as const, shape: [1, 3, 6] };
    const { inputs, ...graph } = recurrent([7, 3, 5]);
    expect(batchOf({ ...graph, inputs: [state, ...inputs] })).toBe(3);
  });

  it('is not that of rows which the model makes of an example', () => {
    const rows = {
      ...recurrent([28, 56, 5]),
      inputs: [{ name: 'i', type: 'float32' as const, shape: [2, 1, 28, 28] }],
    };
    expect(batchOf(rows)).toBe(2);
  });
});

it('without a recurrent layer it is the first axis of the first input, 1 for a scalar', () => {
  const relu = (shape: readonly number[]) =>
    graphOf({ nodes: [['Relu', ['x'], ['y']]], values: { x: shape, y: shape } });
  expect(batchOf(relu([4, 3]))).toBe(4);
  expect(batchOf(relu([]))).toBe(1);
});

it('a dimension that the file calls the batch is it', () => {
  const input = (shape: (string | number)[]) => [{ name: 'x', type: 'float32' as const, shape }];
  const bound = [{ name: 'x', type: 'float32' as const, shape: [7, 3, 5] }];
  expect(namedBatch(input(['steps', 'batch_size', 5]), bound)).toBe(3);
  expect(namedBatch(input(['steps', 'rows', 5]), bound)).toBeUndefined();
});
