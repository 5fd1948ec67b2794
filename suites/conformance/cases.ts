/** Conformance cases: small models that a target rejects with a reason, or computes as the reference does. */

import {
  type Attributes,
  type BuildGraph,
  channelsOf,
  integers,
  matMul,
  positive,
  reshape,
  tensor,
} from './case-graph.js';
import { recurrent } from './recurrent-cases.js';
import { convolutions, poolings, transposedConvolutions } from './spatial-cases.js';

export const products: Readonly<Record<string, BuildGraph>> = {
  'Gemm, transB': (g) => [g.gemm(g.input('x', [3, 5]), 'f', 5, 4, 1), [3, 4]],
  'Gemm without C': gemm([3, 5], [5, 4], {}, undefined),
  'Gemm, weight not transposed': gemm([3, 5], [5, 4], {}, [4]),
  'Gemm, C of shape 1×units': gemm([3, 5], [5, 4], {}, [1, 4]),
  'Gemm, C of one element': gemm([3, 5], [5, 4], {}, [1]),
  'Gemm, C that varies by row': gemm([3, 5], [5, 4], {}, [3, 4]),
  'Gemm, alpha and beta': gemm([3, 5], [5, 4], { alpha: 0.5, beta: 2 }, [4]),
  'Gemm, batch 1': gemm([1, 5], [5, 4], {}, [4]),
  'Gemm and Softmax': (g) => [g.softmax(g.gemm(g.input('x', [3, 5]), 'f', 5, 4, 1)), [3, 4]],
  'MatMul with a constant': (g) => [matMul(g, g.input('x', [3, 5]), [5, 4]), [3, 4]],
  'MatMul of rank 3': (g) => [matMul(g, g.input('x', [3, 2, 5]), [5, 4]), [3, 2, 4]],
  'MatMul with a constant as first operand': (g) => [
    g.node('MatMul', [g.constant('w', tensor([5, 3])), g.input('x', [3, 4])]),
    [5, 4],
    1,
  ],
  'MatMul and a constant Add': (g) => {
    const y = matMul(g, g.input('x', [3, 5]), [5, 4]);
    return [g.node('Add', [y, g.constant('b', tensor([4]))]), [3, 4]];
  },
  'MatMul of two values of rank 3': (g) => [
    g.node('MatMul', [g.input('x', [2, 3, 4]), g.input('y', [2, 4, 5])]),
    [2, 3, 5],
  ],
  'MatMul of two values': (g) => [g.node('MatMul', [g.input('x', [3, 3]), g.input('y', [3, 3])]), [3, 3]],
};

export const elementwise: Readonly<Record<string, BuildGraph>> = {
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
  'Softmax over the last axis of rank 3': (g) => [g.softmax(g.input('x', [2, 3, 5])), [2, 3, 5]],
  'Softmax over the channels of an image': (g) => [
    g.node('Softmax', [g.input('x', [2, 3, 4, 4])], { axis: 1 }),
    [2, 3, 4, 4],
  ],
  'Softmax over the batch': (g) => [g.node('Softmax', [g.input('x', [3, 5])], { axis: 0 }), [3, 5]],
  'Dropout in inference': (g) => [g.node('Dropout', [g.input('x', [3, 5])]), [3, 5]],
  ...Object.fromEntries(
    ['Add', 'Sub', 'Mul', 'Div'].flatMap((operator) => [
      [`${operator} of two values`, ofTwo(operator, [2, 3, 4, 4], [2, 3, 4, 4], [2, 3, 4, 4])],
      [`${operator}, one value per channel`, ofTwo(operator, [2, 3, 4, 4], [2, 3, 1, 1], [2, 3, 4, 4])],
      [`${operator} of a constant per channel`, withConstant(operator, [2, 3, 4, 4], [3, 1, 1], false)],
      [
        `${operator} with a constant as first operand`,
        withConstant(operator, [2, 3, 4, 4], [1, 3, 1, 1], true),
      ],
      [`${operator} of a scalar`, withConstant(operator, [3, 5], [], false)],
      [`${operator} of a constant along rows`, withConstant(operator, [2, 3, 4, 5], [5], false)],
    ]),
  ),
  'Mul by a constant that varies along the batch': withConstant('Mul', [2, 5], [2, 5], false),
  'batch normalisation of an image': normalisation([2, 3, 4, 4]),
  'batch normalisation of features': normalisation([3, 5]),
};

export const shapes: Readonly<Record<string, BuildGraph>> = {
  'image flattened into a Gemm': (g) => [
    g.gemm(g.flatten(g.input('x', [2, 3, 4, 5])), 'f', 60, 4, 1),
    [2, 4],
  ],
  'image flattened by Reshape into a MatMul': (g) => {
    const flat = reshape(g, g.input('x', [2, 3, 4, 5]), [2, 60]);
    return [matMul(g, flat, [60, 4]), [2, 4]];
  },
  'flattened image, an activation, a Gemm': (g) => [
    g.gemm(g.relu(g.flatten(g.input('x', [2, 3, 2, 2]))), 'f', 12, 4, 1),
    [2, 4],
  ],
  'flattened image as the output': (g) => [g.flatten(g.input('x', [2, 3, 2, 2])), [2, 12]],
  'flattened image of one row': (g) => [g.gemm(g.flatten(g.input('x', [1, 3, 1, 4])), 'f', 12, 4, 1), [1, 4]],
  'flattened image plus a constant': (g) => {
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
  'channels first in, channels last out': (g) => [
    g.transpose(g.input('x', [2, 3, 4, 5]), [0, 2, 3, 1]),
    [2, 4, 5, 3],
  ],
  'transposed image into a Conv': (g) => {
    const x = g.transpose(g.input('x', [2, 6, 6, 3]), [0, 3, 1, 2]);
    return [g.conv(x, 'c', 3, 2, 3, 0), [2, 2, 4, 4]];
  },
  'transposed twice': (g) => [
    g.transpose(g.transpose(g.input('x', [2, 3, 4]), [2, 0, 1]), [1, 2, 0]),
    [2, 3, 4],
  ],
  'matrix transposed': (g) => [g.transpose(g.input('x', [2, 3]), [1, 0]), [3, 2], 1],
  'image reshaped to other channels': (g) => [
    reshape(g, g.input('x', [2, 4, 3, 3]), [2, 2, 6, 3]),
    [2, 2, 6, 3],
  ],
  'features to an image': (g) => {
    const image = reshape(g, g.input('x', [2, 48]), [2, 3, 4, 4]);
    return [g.conv(image, 'c', 3, 2, 3, 0), [2, 2, 2, 2]];
  },
  'Reshape that merges the batch': (g) => [reshape(g, g.input('x', [2, 3, 4]), [6, 4]), [6, 4]],
  'Reshape that merges the batch for a product, and back': (g) => {
    const rows = reshape(g, g.input('x', [2, 3, 4]), [6, 4]);
    const product = g.relu(matMul(g, rows, [4, 5]));
    return [g.node('Reshape', [product, g.constant('back', integers([2, 3, 5]))]), [2, 3, 5]];
  },
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
  'image plus its transpose': (g) => {
    const x = g.input('x', [2, 3, 3, 3]);
    return [g.node('Add', [x, g.transpose(x, [0, 3, 2, 1])]), [2, 3, 3, 3]];
  },
};

export const cases = {
  convolutions,
  'transposed convolutions': transposedConvolutions,
  poolings,
  products,
  elementwise,
  shapes,
  recurrent,
};

function gemm(
  input: readonly [number, number],
  weight: readonly [number, number],
  attributes: Attributes,
  bias: readonly number[] | undefined,
): BuildGraph {
  return (g) => {
    const inputs = [g.input('x', input), g.constant('w', tensor(weight))];
    if (bias) inputs.push(g.constant('c', tensor(bias)));
    return [g.node('Gemm', inputs, attributes), [input[0], weight[1]]];
  };
}

function unary(operator: string, attributes: Attributes = {}): BuildGraph {
  return (g) => {
    const x = g.node('Mul', [g.input('x', [2, 3, 4, 4]), g.constant('three', tensor([], [3]))]);
    return [g.node(operator, [x], attributes), [2, 3, 4, 4]];
  };
}

function clip(low: number | undefined, high: number | undefined): BuildGraph {
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
): BuildGraph {
  return (g) => {
    // Shifted away from zero, so that a division is well conditioned.
    const y = g.node('Add', [g.input('y', right), g.constant('two', tensor([], [2]))]);
    return [g.node(operator, [g.input('x', left), y]), output];
  };
}

function withConstant(
  operator: string,
  input: readonly number[],
  constant: readonly number[],
  first: boolean,
): BuildGraph {
  return (g) => {
    const x = g.node('Add', [g.input('x', input), g.constant('two', tensor([], [2]))]);
    const c = g.constant('c', positive(constant));
    return [g.node(operator, first ? [c, x] : [x, c]), input];
  };
}

function normalisation(shape: readonly number[]): BuildGraph {
  const channels = [channelsOf(shape)];
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
