/** Models that every adapter either refuses, or answers as ONNX Runtime does. */
import type { GraphBuilder, Value } from '../onnx/builder.js';
import type { Attribute } from '../onnx/graph.js';
import { type Draw, integers, positive, tensor } from './model.js';

type Attributes = Readonly<Record<string, Attribute>>;

export const convolutions: Readonly<Record<string, Draw>> = {
  'plain, no bias': conv([2, 3, 7, 6], [4, 3, 3, 3], {}, [2, 4, 5, 4], false),
  'bias, square, batch 1': conv([1, 1, 8, 8], [2, 1, 5, 5], { pads: [2, 2, 2, 2] }, [1, 2, 8, 8]),
  'kernel from the weight, not square': conv([2, 2, 7, 8], [3, 2, 3, 2], {}, [2, 3, 5, 7]),
  'strides that differ': conv([2, 2, 9, 9], [3, 2, 3, 3], { strides: [2, 3] }, [2, 3, 4, 3]),
  'stride 2, pads that are not TensorFlow’s same': conv(
    [2, 3, 8, 8],
    [4, 3, 3, 3],
    { strides: [2, 2], pads: [1, 1, 1, 1] },
    [2, 4, 4, 4],
  ),
  'a pad on every side different': conv([1, 2, 5, 5], [2, 2, 3, 3], { pads: [0, 1, 2, 3] }, [1, 2, 5, 7]),
  dilations: conv([2, 2, 9, 9], [3, 2, 3, 3], { dilations: [2, 2] }, [2, 3, 5, 5]),
  'dilations and strides': conv(
    [1, 2, 9, 9],
    [3, 2, 3, 3],
    { dilations: [2, 2], strides: [2, 2] },
    [1, 3, 3, 3],
  ),
  'auto_pad SAME_UPPER': conv(
    [2, 2, 7, 8],
    [3, 2, 4, 4],
    { auto_pad: 'SAME_UPPER', strides: [2, 2] },
    [2, 3, 4, 4],
  ),
  'auto_pad SAME_LOWER': conv(
    [2, 2, 7, 8],
    [3, 2, 4, 4],
    { auto_pad: 'SAME_LOWER', strides: [2, 2] },
    [2, 3, 4, 4],
  ),
  'auto_pad VALID': conv([1, 2, 6, 6], [3, 2, 3, 3], { auto_pad: 'VALID' }, [1, 3, 4, 4]),
  'a group for each channel': conv([2, 4, 6, 6], [4, 1, 3, 3], { group: 4 }, [2, 4, 4, 4]),
  'two filters a channel': conv([2, 3, 6, 6], [6, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1] }, [2, 6, 6, 6]),
  'a group for each channel, stride 2': conv(
    [1, 4, 7, 7],
    [4, 1, 3, 3],
    { group: 4, strides: [2, 2], pads: [1, 1, 1, 1] },
    [1, 4, 4, 4],
  ),
  'a group for each channel, dilations': conv(
    [1, 4, 9, 9],
    [4, 1, 3, 3],
    { group: 4, dilations: [2, 2] },
    [1, 4, 5, 5],
  ),
  'two groups': conv([1, 4, 6, 6], [4, 2, 3, 3], { group: 2 }, [1, 4, 4, 4]),
  'two groups, stride 2, a pad on every side different': conv(
    [2, 4, 7, 7],
    [6, 2, 3, 3],
    { group: 2, strides: [2, 2], pads: [1, 0, 2, 1] },
    [2, 6, 4, 3],
  ),
  'one by one, stride 2': conv([2, 3, 6, 6], [4, 3, 1, 1], { strides: [2, 2] }, [2, 4, 3, 3]),
  'as large as the picture': conv([2, 3, 4, 4], [5, 3, 4, 4], {}, [2, 5, 1, 1]),
  'over one axis': conv([2, 3, 8], [4, 3, 3], {}, [2, 4, 6]),
  'over one axis, stride and pads': conv([2, 3, 8], [4, 3, 3], { strides: [2], pads: [1, 2] }, [2, 4, 5]),
  'over one axis, dilations, no bias': conv([1, 3, 9], [4, 3, 3], { dilations: [2] }, [1, 4, 5], false),
  ...Object.fromEntries(
    ['Relu', 'Sigmoid', 'Tanh'].map((operator) => [
      `followed by ${operator}`,
      (g: GraphBuilder) => [
        g.node(operator, [g.conv(g.input('x', [2, 3, 6, 6]), 'c', 3, 4, 3, 0)]),
        [2, 4, 4, 4],
      ],
    ]),
  ),
  'read by a Relu and by an Add': (g) => {
    const y = g.conv(g.input('x', [2, 3, 6, 6]), 'c', 3, 4, 3, 0);
    return [g.node('Add', [y, g.relu(y)]), [2, 4, 4, 4]];
  },
};

export const poolings: Readonly<Record<string, Draw>> = {
  maximum: pool('MaxPool', [2, 3, 8, 8], { kernel_shape: [2, 2], strides: [2, 2] }, [2, 3, 4, 4]),
  'maximum that overlaps, stride 1': pool('MaxPool', [2, 3, 6, 6], { kernel_shape: [3, 3] }, [2, 3, 4, 4]),
  'maximum, not square': pool(
    'MaxPool',
    [1, 2, 6, 9],
    { kernel_shape: [2, 3], strides: [2, 3] },
    [1, 2, 3, 3],
  ),
  // All inputs are below zero, so a padding that counts as zero would be the maximum.
  'maximum of negatives, padded': (g) => {
    const x = g.node('Sub', [g.input('x', [1, 2, 8, 8]), g.constant('two', tensor([], [2]))]);
    const attributes = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] };
    return [g.node('MaxPool', [x], attributes), [1, 2, 4, 4]];
  },
  'maximum, padded like ResNet’s': pool(
    'MaxPool',
    [2, 3, 8, 8],
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
    [2, 3, 4, 4],
  ),
  'maximum, SAME_UPPER': pool(
    'MaxPool',
    [2, 3, 7, 7],
    { kernel_shape: [2, 2], strides: [2, 2], auto_pad: 'SAME_UPPER' },
    [2, 3, 4, 4],
  ),
  'maximum, ceil_mode that adds a window': pool(
    'MaxPool',
    [1, 1, 5, 5],
    { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 },
    [1, 1, 3, 3],
  ),
  'maximum, ceil_mode without effect': pool(
    'MaxPool',
    [1, 1, 6, 6],
    { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 },
    [1, 1, 3, 3],
  ),
  'maximum, dilations': pool(
    'MaxPool',
    [1, 1, 6, 6],
    { kernel_shape: [2, 2], dilations: [2, 2] },
    [1, 1, 4, 4],
  ),
  average: pool('AveragePool', [2, 3, 8, 8], { kernel_shape: [2, 2], strides: [2, 2] }, [2, 3, 4, 4]),
  'average, pads that do not count': pool(
    'AveragePool',
    [1, 2, 7, 7],
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
    [1, 2, 4, 4],
  ),
  'average, pads that are not the same and do not count': pool(
    'AveragePool',
    [1, 2, 8, 8],
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
    [1, 2, 4, 4],
  ),
  'average, pads that count': pool(
    'AveragePool',
    [1, 2, 7, 7],
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], count_include_pad: 1 },
    [1, 2, 4, 4],
  ),
  'average, ceil_mode that adds a window': pool(
    'AveragePool',
    [1, 2, 6, 6],
    { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 },
    [1, 2, 3, 3],
  ),
  'average, pads that are not the same and count': pool(
    'AveragePool',
    [2, 2, 6, 6],
    { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 1, 1, 2], count_include_pad: 1 },
    [2, 2, 3, 4],
  ),
  'maximum over one axis': pool('MaxPool', [2, 3, 8], { kernel_shape: [2], strides: [2] }, [2, 3, 4]),
  'average over one axis': pool('AveragePool', [2, 3, 8], { kernel_shape: [2], strides: [2] }, [2, 3, 4]),
  'global average': pool('GlobalAveragePool', [2, 3, 5, 4], {}, [2, 3, 1, 1]),
  'global maximum': pool('GlobalMaxPool', [2, 3, 5, 4], {}, [2, 3, 1, 1]),
};

export const products: Readonly<Record<string, Draw>> = {
  'Gemm, transB': (g) => [g.gemm(g.input('x', [3, 5]), 'f', 5, 4, 1), [3, 4]],
  'Gemm without C': gemm([3, 5], [5, 4], {}, undefined),
  'Gemm, weight not transposed': gemm([3, 5], [5, 4], {}, [4]),
  'Gemm, C of shape 1×units': gemm([3, 5], [5, 4], {}, [1, 4]),
  'Gemm, C of one element': gemm([3, 5], [5, 4], {}, [1]),
  'Gemm, C that differs by row': gemm([3, 5], [5, 4], {}, [3, 4]),
  'Gemm, alpha and beta': gemm([3, 5], [5, 4], { alpha: 0.5, beta: 2 }, [4]),
  'Gemm, batch 1': gemm([1, 5], [5, 4], {}, [4]),
  'Gemm and Softmax': (g) => [g.softmax(g.gemm(g.input('x', [3, 5]), 'f', 5, 4, 1)), [3, 4]],
  'MatMul with a constant': (g) => [matMul(g, g.input('x', [3, 5]), [5, 4]), [3, 4]],
  'MatMul of three axes': (g) => [matMul(g, g.input('x', [3, 2, 5]), [5, 4]), [3, 2, 4]],
  'MatMul of a constant first': (g) => [
    g.node('MatMul', [g.constant('w', tensor([5, 3])), g.input('x', [3, 4])]),
    [5, 4],
    1,
  ],
  'MatMul and a constant Add': (g) => {
    const y = matMul(g, g.input('x', [3, 5]), [5, 4]);
    return [g.node('Add', [y, g.constant('b', tensor([4]))]), [3, 4]];
  },
  'MatMul of two values': (g) => [g.node('MatMul', [g.input('x', [3, 3]), g.input('y', [3, 3])]), [3, 3]],
};

export const elementwise: Readonly<Record<string, Draw>> = {
  ...Object.fromEntries(
    ['Relu', 'Sigmoid', 'Tanh', 'LeakyRelu', 'Elu', 'Identity'].map((operator) => [
      operator,
      unary(operator),
    ]),
  ),
  'LeakyRelu, alpha': unary('LeakyRelu', { alpha: 0.3 }),
  'Clip to 0 and 6, like ReLU6': clip(0, 6),
  'Clip from below only': clip(-0.25, undefined),
  'Softmax over the last axis': (g) => [g.softmax(g.input('x', [3, 5])), [3, 5]],
  'Softmax over the last of three axes': (g) => [g.softmax(g.input('x', [2, 3, 5])), [2, 3, 5]],
  'Softmax over channels of a picture': (g) => [
    g.node('Softmax', [g.input('x', [2, 3, 4, 4])], { axis: 1 }),
    [2, 3, 4, 4],
  ],
  'Softmax over the batch': (g) => [g.node('Softmax', [g.input('x', [3, 5])], { axis: 0 }), [3, 5]],
  'Dropout in inference': (g) => [g.node('Dropout', [g.input('x', [3, 5])]), [3, 5]],
  ...Object.fromEntries(
    ['Add', 'Sub', 'Mul', 'Div'].flatMap((operator) => [
      [`${operator} of two values`, ofTwo(operator, [2, 3, 4, 4], [2, 3, 4, 4], [2, 3, 4, 4])],
      [`${operator}, a value a channel`, ofTwo(operator, [2, 3, 4, 4], [2, 3, 1, 1], [2, 3, 4, 4])],
      [`${operator} of a constant a channel`, withConstant(operator, [2, 3, 4, 4], [3, 1, 1], false)],
      [`${operator} of a constant first`, withConstant(operator, [2, 3, 4, 4], [1, 3, 1, 1], true)],
      [`${operator} of a scalar`, withConstant(operator, [3, 5], [], false)],
      [`${operator} of a constant along rows`, withConstant(operator, [2, 3, 4, 5], [5], false)],
    ]),
  ),
  'Mul by a constant that differs along the batch': withConstant('Mul', [2, 5], [2, 5], false),
  'batch normalisation of a picture': normalisation([2, 3, 4, 4]),
  'batch normalisation of features': normalisation([3, 5]),
};

export const shapes: Readonly<Record<string, Draw>> = {
  'picture flattened for a Gemm': (g) => [
    g.gemm(g.flatten(g.input('x', [2, 3, 4, 5])), 'f', 60, 4, 1),
    [2, 4],
  ],
  'picture flattened by Reshape for a MatMul': (g) => {
    const flat = reshape(g, g.input('x', [2, 3, 4, 5]), [2, 60]);
    return [matMul(g, flat, [60, 4]), [2, 4]];
  },
  'flattened picture, an activation, a Gemm': (g) => [
    g.gemm(g.relu(g.flatten(g.input('x', [2, 3, 2, 2]))), 'f', 12, 4, 1),
    [2, 4],
  ],
  'flattened picture as the output': (g) => [g.flatten(g.input('x', [2, 3, 2, 2])), [2, 12]],
  'flattened picture of one row': (g) => [
    g.gemm(g.flatten(g.input('x', [1, 3, 1, 4])), 'f', 12, 4, 1),
    [1, 4],
  ],
  'flattened picture with a constant': (g) => {
    const flat = g.flatten(g.input('x', [2, 3, 2, 2]));
    return [g.node('Add', [flat, g.constant('c', tensor([12]))]), [2, 12]];
  },
  'global average flattened': (g) => [
    g.gemm(g.flatten(g.node('GlobalAveragePool', [g.input('x', [2, 3, 4, 4])])), 'f', 3, 4, 1),
    [2, 4],
  ],
  'global average squeezed': (g) => [
    g.squeeze(g.node('GlobalAveragePool', [g.input('x', [2, 3, 4, 4])]), [2, 3]),
    [2, 3],
  ],
  'squeeze-and-excitation': (g) => {
    const x = g.input('x', [2, 3, 4, 4]);
    const gate = g.node('Sigmoid', [g.conv(g.node('GlobalAveragePool', [x]), 'c', 3, 3, 1, 0)]);
    return [g.node('Mul', [x, gate]), [2, 3, 4, 4]];
  },
  'picture in, rows out': (g) => [g.transpose(g.input('x', [2, 3, 4, 5]), [0, 2, 3, 1]), [2, 4, 5, 3]],
  'transposed picture into a Conv': (g) => {
    const x = g.transpose(g.input('x', [2, 6, 6, 3]), [0, 3, 1, 2]);
    return [g.conv(x, 'c', 3, 2, 3, 0), [2, 2, 4, 4]];
  },
  'transposed twice': (g) => [
    g.transpose(g.transpose(g.input('x', [2, 3, 4]), [2, 0, 1]), [1, 2, 0]),
    [2, 3, 4],
  ],
  'matrix transposed': (g) => [g.transpose(g.input('x', [2, 3]), [1, 0]), [3, 2], 1],
  'picture regrouped by Reshape': (g) => [reshape(g, g.input('x', [2, 4, 3, 3]), [2, 2, 6, 3]), [2, 2, 6, 3]],
  'features to a picture': (g) => {
    const picture = reshape(g, g.input('x', [2, 48]), [2, 3, 4, 4]);
    return [g.conv(picture, 'c', 3, 2, 3, 0), [2, 2, 2, 2]];
  },
  'Reshape that merges the batch': (g) => [reshape(g, g.input('x', [2, 3, 4]), [6, 4]), [6, 4]],
  'Unsqueeze for a Conv': (g) => {
    const x = g.node('Unsqueeze', [g.input('x', [2, 6, 6]), g.constant('axes', integers([1]))]);
    return [g.conv(x, 'c', 1, 2, 3, 0), [2, 2, 4, 4]];
  },
  'Unsqueeze and Squeeze, batch 1': (g) => {
    const x = g.node('Unsqueeze', [g.input('x', [1, 6]), g.constant('axes', integers([0]))]);
    return [g.gemm(g.squeeze(x, [0]), 'f', 6, 2, 1), [1, 2]];
  },
  'Concat of channels': (g) => {
    const x = g.input('x', [2, 3, 4, 4]);
    return [g.node('Concat', [x, g.relu(x)], { axis: 1 }), [2, 6, 4, 4]];
  },
  'Concat along the last axis': (g) => [
    g.node('Concat', [g.input('x', [2, 3]), g.input('y', [2, 5])], { axis: -1 }),
    [2, 8],
  ],
  'Concat of batches': (g) => {
    const x = g.input('x', [2, 3]);
    return [g.node('Concat', [x, x], { axis: 0 }), [4, 3]];
  },
  'picture plus its transposed self': (g) => {
    const x = g.input('x', [2, 3, 3, 3]);
    return [g.node('Add', [x, g.transpose(x, [0, 3, 2, 1])]), [2, 3, 3, 3]];
  },
};

export const recurrent: Readonly<Record<string, Draw>> = {
  'last state, time first': (g) => [lstm(g, g.input('x', [5, 2, 3]), {}, 'Y_h'), [1, 2, 4], 1],
  'every state, time first': (g) => [lstm(g, g.input('x', [5, 2, 3]), {}, 'Y'), [5, 1, 2, 4], 2],
  'both, added': (g) => {
    const last = lstm(g, g.input('x', [5, 2, 3]), {}, 'both');
    return [g.node('Add', [g.squeeze('Y', [1]), last]), [5, 2, 4], 1];
  },
  'batch first by Transpose': (g) => {
    const x = g.transpose(g.input('x', [2, 5, 3]), [1, 0, 2]);
    return [g.squeeze(lstm(g, x, {}, 'Y_h'), [0]), [2, 4]];
  },
  'batch 1, into a Gemm': (g) => {
    const x = g.transpose(g.input('x', [1, 5, 3]), [1, 0, 2]);
    return [g.gemm(g.squeeze(lstm(g, x, {}, 'Y_h'), [0]), 'f', 4, 2, 1), [1, 2]];
  },
  'every state back to batch first, into a MatMul': (g) => {
    const all = g.squeeze(lstm(g, g.input('x', [5, 2, 3]), {}, 'Y'), [1]);
    return [matMul(g, g.transpose(all, [1, 0, 2]), [4, 3]), [2, 5, 3]];
  },
  'two layers': (g) => {
    const all = g.squeeze(lstm(g, g.input('x', [5, 2, 3]), {}, 'Y'), [1]);
    return [g.squeeze(g.lstm(all, 'second', 4, 3), [0]), [2, 3]];
  },
  'without biases': (g) => [lstm(g, g.input('x', [5, 2, 3]), {}, 'Y_h', false), [1, 2, 4], 1],
  'from the rows of a picture': (g) => {
    const rows = g.squeeze(g.input('x', [2, 1, 5, 3]), [1]);
    return [g.squeeze(lstm(g, g.transpose(rows, [1, 0, 2]), {}, 'Y_h'), [0]), [2, 4]];
  },
  'activations written out': (g) => [
    lstm(g, g.input('x', [5, 2, 3]), { activations: ['Sigmoid', 'Tanh', 'Tanh'] }, 'Y_h'),
    [1, 2, 4],
    1,
  ],
  'other activations': (g) => [
    lstm(g, g.input('x', [5, 2, 3]), { activations: ['HardSigmoid', 'Tanh', 'Tanh'] }, 'Y_h'),
    [1, 2, 4],
    1,
  ],
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
  'initial states that are constants': (g) => {
    const states = [g.constant('h', tensor([1, 2, 4])), g.constant('c', tensor([1, 2, 4]))];
    return [lstm(g, g.input('x', [5, 2, 3]), {}, 'Y_h', true, states), [1, 2, 4], 1];
  },
  'sequences of different lengths': (g) => {
    const inputs = [g.input('x', [5, 2, 3]), g.constant('W', tensor([1, 16, 3]))];
    inputs.push(g.constant('R', tensor([1, 16, 4])), g.constant('B', tensor([1, 32])));
    inputs.push(g.constant('lengths', { type: 'int32', shape: [2], data: Int32Array.of(5, 3) }));
    return [g.node('LSTM', inputs, { hidden_size: 4 }, ['', 'Y_h']), [1, 2, 4], 1];
  },
};

export const cases = { convolutions, poolings, products, elementwise, shapes, recurrent };

function conv(
  input: readonly number[],
  weight: readonly number[],
  attributes: Attributes,
  output: readonly number[],
  bias = true,
): Draw {
  return (g) => {
    const inputs = [g.input('x', input), g.constant('w', tensor(weight))];
    if (bias) inputs.push(g.constant('b', tensor([weight[0] ?? 1])));
    return [g.node('Conv', inputs, attributes), output];
  };
}

function pool(
  operator: string,
  input: readonly number[],
  attributes: Attributes,
  output: readonly number[],
): Draw {
  return (g) => [g.node(operator, [g.input('x', input)], attributes), output];
}

function gemm(
  input: readonly [number, number],
  weight: readonly [number, number],
  attributes: Attributes,
  bias: readonly number[] | undefined,
): Draw {
  return (g) => {
    const inputs = [g.input('x', input), g.constant('w', tensor(weight))];
    if (bias) inputs.push(g.constant('c', tensor(bias)));
    return [g.node('Gemm', inputs, attributes), [input[0], weight[1]]];
  };
}

function matMul(g: GraphBuilder, x: Value, weight: readonly number[]): Value {
  return g.node('MatMul', [x, g.constant('w', tensor(weight))]);
}

function unary(operator: string, attributes: Attributes = {}): Draw {
  return (g) => {
    const x = g.node('Mul', [g.input('x', [2, 3, 4, 4]), g.constant('three', tensor([], [3]))]);
    return [g.node(operator, [x], attributes), [2, 3, 4, 4]];
  };
}

function clip(low: number | undefined, high: number | undefined): Draw {
  return (g) => {
    const x = g.node('Mul', [g.input('x', [2, 20]), g.constant('ten', tensor([], [10]))]);
    const bound = (name: string, value: number | undefined) =>
      value === undefined ? '' : g.constant(name, tensor([], [value]));
    const inputs = [x, bound('low', low), bound('high', high)];
    return [g.node('Clip', high === undefined ? inputs.slice(0, 2) : inputs), [2, 20]];
  };
}

function ofTwo(
  operator: string,
  left: readonly number[],
  right: readonly number[],
  output: readonly number[],
): Draw {
  return (g) => {
    // Away from zero, so that a division is well conditioned.
    const y = g.node('Add', [g.input('y', right), g.constant('two', tensor([], [2]))]);
    return [g.node(operator, [g.input('x', left), y]), output];
  };
}

function withConstant(
  operator: string,
  input: readonly number[],
  constant: readonly number[],
  first: boolean,
): Draw {
  return (g) => {
    const x = g.node('Add', [g.input('x', input), g.constant('two', tensor([], [2]))]);
    const c = g.constant('c', positive(constant));
    return [g.node(operator, first ? [c, x] : [x, c]), input];
  };
}

function normalisation(shape: readonly number[]): Draw {
  const channels = [shape[1] ?? 1];
  return (g) => [
    g.node(
      'BatchNormalization',
      [
        g.input('x', shape),
        g.constant('scale', tensor(channels)),
        g.constant('shift', tensor(channels)),
        g.constant('mean', tensor(channels)),
        g.constant('variance', positive(channels)),
      ],
      { epsilon: 0.01 },
    ),
    shape,
  ];
}

function reshape(g: GraphBuilder, x: Value, shape: readonly number[]): Value {
  return g.node('Reshape', [x, g.constant('shape', integers(shape))]);
}

/** Three inputs and four units, both biases other than zero. */
function lstm(
  g: GraphBuilder,
  x: Value,
  attributes: Attributes,
  outputs: 'Y' | 'Y_h' | 'Y_c' | 'both',
  bias = true,
  states: readonly Value[] = [],
): Value {
  const directions = attributes.direction === 'bidirectional' ? 2 : 1;
  const inputs = [
    x,
    g.constant('W', tensor([directions, 16, 3])),
    g.constant('R', tensor([directions, 16, 4])),
  ];
  if (bias) inputs.push(g.constant('B', tensor([directions, 32])));
  if (states.length > 0) inputs.push('', ...states);
  const names = { Y: ['Y'], Y_h: ['', 'Y_h'], Y_c: ['', '', 'Y_c'], both: ['Y', 'Y_h'] }[outputs];
  g.node('LSTM', inputs, { hidden_size: 4, ...attributes }, names);
  return names.at(-1) ?? '';
}
