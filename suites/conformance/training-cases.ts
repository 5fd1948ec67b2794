/** Training cases: small networks with every kind of layer that has weights, and the operators between them and the loss. */
import type { ValueName } from '../../model/builder.js';
import { type BuildGraph, tensor } from './case-graph.js';

export const perceptron: BuildGraph = (g) => {
  const hidden = g.node('Tanh', [g.gemm(g.input('x', [4, 5]), 'first', 5, 6, 1)]);
  return [g.gemm(hidden, 'second', 6, 3, 1), [4, 3]];
};
export const single: BuildGraph = (g) => [g.gemm(g.input('x', [1, 5]), 'only', 5, 3, 1), [1, 3]];
export const lstm: BuildGraph = (g) => {
  const x = g.transpose(g.input('x', [3, 4, 2]), [1, 0, 2]);
  return [g.gemm(g.squeeze(g.lstm(x, 'lstm', 2, 3), [0]), 'fc', 3, 4, 4), [3, 4]];
};
/** With `linear_before_reset`, which the GRU layers of most frameworks do not have. */
export const gru: BuildGraph = (g) => {
  const x = g.transpose(g.input('x', [3, 4, 2]), [1, 0, 2]);
  return [g.gemm(g.squeeze(g.gru(x, 'gru', 2, 3), [0]), 'fc', 3, 4, 4), [3, 4]];
};
export const pooled: BuildGraph = (g) => {
  const small = g.node('AveragePool', [g.maxPool(g.input('x', [2, 3, 8, 8]), 2)], { kernel_shape: [2, 2] });
  return [g.gemm(g.flatten(g.node('Sigmoid', [small])), 'fc', 27, 3, 1), [2, 3]];
};
export const arithmetic: BuildGraph = (g) => {
  const x = g.gemm(g.input('x', [2, 5]), 'first', 5, 6, 1);
  const leaky = g.node('LeakyRelu', [x], { alpha: 0.2 });
  const shifted = g.node('Add', [leaky, g.parameterOf('shift', tensor([6]))]);
  const scaled = g.node('Mul', [shifted, g.node('Elu', [g.node('Sub', [x, leaky])])]);
  const halved = g.node('Div', [x, g.constant('two', tensor([], [2]))]);
  return [g.gemm(g.node('Concat', [scaled, halved], { axis: 1 }), 'second', 12, 3, 1), [2, 3]];
};
export const convolutional: BuildGraph = (g) => {
  const first = g.maxPool(g.relu(g.conv(g.input('x', [2, 1, 8, 8]), 'first', 1, 2, 3, 1)), 2);
  const second = g.node('Sigmoid', [g.conv(first, 'second', 2, 3, 2, 0)]);
  return [g.gemm(g.flatten(second), 'fc', 27, 3, 1), [2, 3]];
};
export const depthwise: BuildGraph = (g) => {
  const weight = g.parameterOf('depth', tensor([4, 1, 3, 3]));
  const y = g.node('Conv', [g.input('x', [2, 2, 5, 5]), weight], { group: 2 });
  return [g.gemm(g.flatten(y), 'fc', 36, 3, 1), [2, 3]];
};

/** Batch normalisation with batch statistics: of images, of sequences and of features. */
export const normalised: BuildGraph = (g) => {
  const convolve = (x: ValueName, name: string, channels: number) =>
    g.convolution(x, name, { channels, filters: 3, kernel: [3, 3], pad: 1, bias: false });
  const first = g.batchNormalisation(convolve(g.input('x', [3, 2, 5, 5]), 'first', 2), 'one', 3, 'training');
  const second = g.batchNormalisation(convolve(g.relu(first), 'second', 3), 'two', 3, 'training', 0.5);
  const joined = g.relu(g.add(first, second));
  return [g.gemm(g.flatten(g.globalAveragePool(joined)), 'fc', 3, 3, 4), [3, 3]];
};
export const normalisedRows: BuildGraph = (g) => {
  const row = { channels: 2, filters: 3, kernel: [3] };
  const y = g.batchNormalisation(g.convolution(g.input('x', [3, 2, 7]), 'row', row), 'one', 3, 'training');
  return [g.gemm(g.flatten(g.globalAveragePool(g.node('Tanh', [y]))), 'fc', 3, 3, 4), [3, 3]];
};
export const normalisedFeatures: BuildGraph = (g) => {
  const y = g.batchNormalisation(g.gemm(g.input('x', [6, 4]), 'first', 4, 5, 1), 'one', 5, 'training');
  return [g.gemm(g.node('Sigmoid', [y]), 'fc', 5, 3, 4), [6, 3]];
};

/** A label for each step: a linear layer over every hidden state, as in a language model. */
export const labelledSteps: BuildGraph = (g) => {
  const x = g.transpose(g.input('x', [3, 4, 2]), [1, 0, 2]);
  const [all] = g.lstmLayer(x, 'lstm', { inputs: 2, hidden: 3 }, ['all']);
  return [g.linear(g.transpose(g.squeeze(all, [1]), [1, 0, 2]), 'fc', 3, 5, 4), [3, 4, 5]];
};

/** A label for each pixel: one level of a U-Net. */
export const labelledPixels: BuildGraph = (g) => {
  const skipped = g.relu(g.conv(g.input('x', [2, 1, 6, 6]), 'down', 1, 2, 3, 1));
  const bottom = g.relu(g.conv(g.maxPool(skipped, 2), 'bottom', 2, 4, 3, 1));
  const up = g.transposedConvolution(bottom, 'up', { channels: 4, filters: 2, kernel: [2, 2], stride: 2 });
  const scores = g.conv(g.concat([skipped, up]), 'classes', 4, 3, 1, 0);
  return [g.reshape(g.transpose(scores, [0, 2, 3, 1]), [2, 36, 3]), [2, 36, 3]];
};

/** Encoder and decoder: an LSTM that starts with the last states of another, with a label for each step. */
export const translated: BuildGraph = (g) => {
  const source = g.transpose(g.input('source', [3, 4, 2]), [1, 0, 2]);
  const target = g.transpose(g.input('target', [3, 5, 4]), [1, 0, 2]);
  const [last, cell] = g.lstmLayer(source, 'encoder', { inputs: 2, hidden: 3 }, ['last', 'cell']);
  const decoder = { inputs: 4, hidden: 3, states: [last, cell] as const };
  const [all] = g.lstmLayer(target, 'decoder', decoder, ['all']);
  return [g.linear(g.transpose(g.squeeze(all, [1]), [1, 0, 2]), 'fc', 3, 4, 4), [3, 5, 4]];
};

/** The first layer is not trained. */
export const frozen: BuildGraph = (g) => {
  const first = [g.constant('first.w', tensor([5, 4])), g.constant('first.b', tensor([4]))];
  const hidden = g.node('Tanh', [g.node('Gemm', [g.input('x', [2, 5]), ...first])]);
  return [g.gemm(hidden, 'second', 4, 3, 1), [2, 3]];
};

/** One-dimensional convolutions and poolings, with gradients through each of them. */
export const rows: BuildGraph = (g) => {
  const convolve = (x: ValueName, name: string, shape: readonly number[]) =>
    g.node('Conv', [x, g.parameterOf(`${name}.w`, tensor(shape)), g.parameterOf(`${name}.b`, tensor([4]))]);
  const first = g.relu(convolve(g.input('x', [2, 3, 13]), 'first', [4, 3, 4]));
  const pooled = g.node('MaxPool', [first], { kernel_shape: [2], strides: [2] });
  const second = g.node('Tanh', [convolve(pooled, 'second', [4, 4, 2])]);
  const averaged = g.node('AveragePool', [second], { kernel_shape: [2], strides: [1] });
  const flat = g.flatten(g.node('GlobalAveragePool', [averaged]));
  return [g.gemm(flat, 'fc', 4, 3, 1), [2, 3]];
};

/** A bidirectional LSTM, and a second one that starts with its last states. */
export const recurrences: BuildGraph = (g) => {
  const weights = (name: string, directions: number, inputs: number) => [
    g.parameterOf(`${name}.W`, tensor([directions, 12, inputs])),
    g.parameterOf(`${name}.R`, tensor([directions, 12, 3])),
  ];
  const x = g.transpose(g.input('x', [3, 4, 2]), [1, 0, 2]);
  const both = { hidden_size: 3, direction: 'bidirectional' };
  g.node('LSTM', [x, ...weights('encoder', 2, 2)], both, ['all', 'last', 'cell']);
  const y = g.node('Reshape', [
    g.transpose('all', [0, 2, 1, 3]),
    g.constant('shape', { type: 'int64', shape: [3], data: BigInt64Array.of(4n, 3n, 6n) }),
  ]);
  const decoder = [...weights('decoder', 2, 6), '', '', 'last', 'cell'];
  const last = g.node('LSTM', [y, ...decoder], both, ['', 'second']);
  const flat = g.node('Flatten', [g.transpose(last, [1, 0, 2])], { axis: 1 });
  return [g.gemm(flat, 'fc', 6, 4, 4), [3, 4]];
};

/** By name in the conformance report. */
export const trainingCases: Readonly<Record<string, BuildGraph>> = {
  arithmetic,
  'convolutional network': convolutional,
  'depthwise convolution': depthwise,
  'frozen layer': frozen,
  GRU: gru,
  'label for each pixel': labelledPixels,
  'label for each step': labelledSteps,
  LSTM: lstm,
  'batch normalisation of images': normalised,
  'batch normalisation of features': normalisedFeatures,
  'batch normalisation of sequences': normalisedRows,
  perceptron,
  poolings: pooled,
  'bidirectional LSTMs': recurrences,
  'one-dimensional layers': rows,
  'batch of one': single,
  'encoder and decoder': translated,
};
