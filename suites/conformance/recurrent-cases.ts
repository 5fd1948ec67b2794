/** LSTM cases: directions, initial states and outputs. */
import { at } from '../../common/at.js';
import type { GraphBuilder, ValueName } from '../../model/builder.js';
import { type Attributes, type BuildGraph, integers, matMul, reshape, tensor } from './case-graph.js';

export const recurrent: Readonly<Record<string, BuildGraph>> = {
  'last state, time first': (g) => [lstm(g, g.input('x', [5, 2, 3]), {}, 'Y_h'), [1, 2, 4], 1],
  'every state, time first': (g) => [lstm(g, g.input('x', [5, 2, 3]), {}, 'Y'), [5, 1, 2, 4], 2],
  'every state plus the last one': (g) => {
    const last = lstm(g, g.input('x', [5, 2, 3]), {}, 'both');
    return [g.node('Add', [g.squeeze('Y', [1]), last]), [5, 2, 4], 1];
  },
  'batch first through Transpose': (g) => {
    const x = g.transpose(g.input('x', [2, 5, 3]), [1, 0, 2]);
    return [g.squeeze(lstm(g, x, {}, 'Y_h'), [0]), [2, 4]];
  },
  'batch 1, into a Gemm': (g) => {
    const x = g.transpose(g.input('x', [1, 5, 3]), [1, 0, 2]);
    return [g.gemm(g.squeeze(lstm(g, x, {}, 'Y_h'), [0]), 'f', 4, 2, 1), [1, 2]];
  },
  'every state, transposed to batch first, into a MatMul': (g) => {
    const all = g.squeeze(lstm(g, g.input('x', [5, 2, 3]), {}, 'Y'), [1]);
    return [matMul(g, g.transpose(all, [1, 0, 2]), [4, 3]), [2, 5, 3]];
  },
  'two layers': (g) => {
    const all = g.squeeze(lstm(g, g.input('x', [5, 2, 3]), {}, 'Y'), [1]);
    return [g.squeeze(g.lstm(all, 'second', 4, 3), [0]), [2, 3]];
  },
  'without biases': (g) => [lstm(g, g.input('x', [5, 2, 3]), {}, 'Y_h', false), [1, 2, 4], 1],
  'from the rows of an image': (g) => {
    const rows = g.squeeze(g.input('x', [2, 1, 5, 3]), [1]);
    return [g.squeeze(lstm(g, g.transpose(rows, [1, 0, 2]), {}, 'Y_h'), [0]), [2, 4]];
  },
  // oneDNN stores sixteen filters in blocks, and keeps that layout through a reshape.
  'after a convolution': (g) => {
    const row = { channels: 2, filters: 16, kernel: [3] };
    const y = g.relu(g.convolution(g.input('x', [1, 2, 3]), 'conv', row));
    const steps = g.node('Unsqueeze', [g.squeeze(y, [2]), g.constant('axes', integers([0]))]);
    return [g.squeeze(g.lstm(steps, 'behind', 16, 4), [0]), [1, 4]];
  },
  'default activations, explicit': (g) => [
    lstm(g, g.input('x', [5, 2, 3]), { activations: ['Sigmoid', 'Tanh', 'Tanh'] }, 'Y_h'),
    [1, 2, 4],
    1,
  ],
  'other activations': (g) => [
    lstm(g, g.input('x', [5, 2, 3]), { activations: ['HardSigmoid', 'Tanh', 'Tanh'] }, 'Y_h'),
    [1, 2, 4],
    1,
  ],
  'ReLU cells, bidirectional': (g) => {
    const activations = ['HardSigmoid', 'Relu', 'Relu', 'HardSigmoid', 'Relu', 'Relu'];
    const attributes = { activations, direction: 'bidirectional' };
    return [lstm(g, g.input('x', [5, 2, 3]), attributes, 'Y_h'), [2, 2, 4], 1];
  },
  clip: (g) => [lstm(g, g.input('x', [5, 2, 3]), { clip: 0.1 }, 'Y_h'), [1, 2, 4], 1],
  reverse: (g) => [lstm(g, g.input('x', [5, 2, 3]), { direction: 'reverse' }, 'Y_h'), [1, 2, 4], 1],
  'one step': (g) => [lstm(g, g.input('x', [1, 2, 3]), {}, 'Y_h'), [1, 2, 4], 1],
  'one step, batch 1, every state': (g) => [lstm(g, g.input('x', [1, 1, 3]), {}, 'Y'), [1, 1, 1, 4], 2],
  'last cell': (g) => [lstm(g, g.input('x', [5, 2, 3]), {}, 'Y_c'), [1, 2, 4], 1],
  'bidirectional, every state': (g) => [
    lstm(g, g.input('x', [5, 2, 3]), { direction: 'bidirectional' }, 'Y'),
    [5, 2, 2, 4],
    2,
  ],
  'bidirectional, last states': (g) => [
    lstm(g, g.input('x', [5, 2, 3]), { direction: 'bidirectional' }, 'Y_h'),
    [2, 2, 4],
    1,
  ],
  'bidirectional, into a linear layer': (g) => {
    const all = lstm(g, g.input('x', [5, 2, 3]), { direction: 'bidirectional' }, 'Y');
    const rows = reshape(g, g.transpose(all, [2, 0, 1, 3]), [2, 5, 8]);
    return [matMul(g, rows, [8, 3]), [2, 5, 3]];
  },
  'initial states': (g) => {
    const x = g.input('x', [5, 2, 3]);
    const states = [g.input('h', [1, 2, 4]), g.input('c', [1, 2, 4])];
    return [lstm(g, x, {}, 'Y_h', true, states), [1, 2, 4], 1];
  },
  'constant initial states': (g) => {
    const states = [g.constant('h', tensor([1, 2, 4])), g.constant('c', tensor([1, 2, 4]))];
    return [lstm(g, g.input('x', [5, 2, 3]), {}, 'Y_h', true, states), [1, 2, 4], 1];
  },
  'reverse, every state': (g) => [
    lstm(g, g.input('x', [5, 2, 3]), { direction: 'reverse' }, 'Y'),
    [5, 1, 2, 4],
    2,
  ],
  'reverse, every state and the last one': (g) => {
    const last = lstm(g, g.input('x', [5, 2, 3]), { direction: 'reverse' }, 'both');
    return [g.node('Add', [g.squeeze('Y', [1]), last]), [5, 2, 4], 1];
  },
  'last state and last cell': (g) => {
    const cell = lstm(g, g.input('x', [5, 2, 3]), {}, 'states');
    return [g.node('Add', ['Y_h', cell]), [1, 2, 4], 1];
  },
  'bidirectional, without biases': (g) => [
    lstm(g, g.input('x', [5, 2, 3]), { direction: 'bidirectional' }, 'Y_h', false),
    [2, 2, 4],
    1,
  ],
  'bidirectional, last cells': (g) => [
    lstm(g, g.input('x', [5, 2, 3]), { direction: 'bidirectional' }, 'Y_c'),
    [2, 2, 4],
    1,
  ],
  'bidirectional, every state and the last ones': (g) => {
    const last = lstm(g, g.input('x', [5, 2, 3]), { direction: 'bidirectional' }, 'both');
    return [g.node('Add', ['Y', last]), [5, 2, 2, 4], 2];
  },
  'bidirectional, initial states': (g) => {
    const x = g.input('x', [5, 2, 3]);
    const states = [g.input('h', [2, 2, 4]), g.input('c', [2, 2, 4])];
    return [lstm(g, x, { direction: 'bidirectional' }, 'Y', true, states), [5, 2, 2, 4], 2];
  },
  'bidirectional, constant initial states': (g) => {
    const states = [g.constant('h', tensor([2, 2, 4])), g.constant('c', tensor([2, 2, 4]))];
    const x = g.input('x', [5, 2, 3]);
    return [lstm(g, x, { direction: 'bidirectional' }, 'Y_h', true, states), [2, 2, 4], 1];
  },
  'one generation step, both new states': (g) => {
    const x = g.input('x', [1, 2, 3]);
    const states = [g.input('h', [1, 2, 4]), g.input('c', [1, 2, 4])];
    const cell = lstm(g, x, {}, 'states', true, states);
    return [g.node('Concat', ['Y_h', cell], { axis: 2 }), [1, 2, 8], 1];
  },
  'initial states from another LSTM': (g) => {
    const cell = lstm(g, g.input('x', [5, 2, 3]), {}, 'states');
    const y = g.input('y', [4, 2, 3]);
    return [lstm(g, y, {}, 'Y', true, ['Y_h', cell], '2'), [4, 1, 2, 4], 2];
  },
  'two layers, each from initial states': (g) => {
    const x = g.input('x', [5, 2, 3]);
    const of = (name: string) => [g.input(`h${name}`, [1, 2, 4]), g.input(`c${name}`, [1, 2, 4])];
    const all = g.squeeze(lstm(g, x, {}, 'Y', true, of('')), [1]);
    const narrow = matMul(g, all, [4, 3]);
    return [lstm(g, narrow, {}, 'Y_h', true, of('2'), '2'), [1, 2, 4], 1];
  },
  'sequences of different lengths': (g) => {
    const inputs = [g.input('x', [5, 2, 3]), g.constant('W', tensor([1, 16, 3]))];
    inputs.push(g.constant('R', tensor([1, 16, 4])), g.constant('B', tensor([1, 32])));
    inputs.push(g.constant('lengths', { type: 'int32', shape: [2], data: Int32Array.of(5, 3) }));
    return [g.node('LSTM', inputs, { hidden_size: 4 }, ['', 'Y_h']), [1, 2, 4], 1];
  },
};

/**
 * An LSTM with three inputs, four units and both biases other than zero.
 *
 * @param outputs which outputs the node has; 'both' is Y and Y_h, 'states' is Y_h and Y_c
 * @param suffix of the names of weights and outputs
 * @returns the last of the outputs
 */
function lstm(
  g: GraphBuilder,
  x: ValueName,
  attributes: Attributes,
  outputs: 'Y' | 'Y_h' | 'Y_c' | 'both' | 'states',
  bias = true,
  states: readonly ValueName[] = [],
  suffix = '',
): ValueName {
  const directions = attributes.direction === 'bidirectional' ? 2 : 1;
  const inputs = [
    x,
    g.constant(`W${suffix}`, tensor([directions, 16, 3])),
    g.constant(`R${suffix}`, tensor([directions, 16, 4])),
  ];
  if (bias) inputs.push(g.constant(`B${suffix}`, tensor([directions, 32])));
  if (states.length > 0) inputs.push('', ...states);
  const wanted = {
    Y: ['Y'],
    Y_h: ['', 'Y_h'],
    Y_c: ['', '', 'Y_c'],
    both: ['Y', 'Y_h'],
    states: ['', 'Y_h', 'Y_c'],
  }[outputs];
  const names = wanted.map((name) => name && `${name}${suffix}`);
  g.node('LSTM', inputs, { hidden_size: 4, ...attributes }, names);
  return at(names, -1);
}
