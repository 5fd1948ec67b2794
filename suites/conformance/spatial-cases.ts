/** Cases of convolutions, transposed convolutions and poolings. */
import type { GraphBuilder } from '../../model/builder.js';
import { type Attributes, type BuildGraph, channelsOf, tensor } from './case-graph.js';

export const convolutions: Readonly<Record<string, BuildGraph>> = {
  'plain, no bias': conv([2, 3, 7, 6], [4, 3, 3, 3], {}, [2, 4, 5, 4], false),
  'bias, square, batch 1': conv([1, 1, 8, 8], [2, 1, 5, 5], { pads: [2, 2, 2, 2] }, [1, 2, 8, 8]),
  'kernel from the weight, not square': conv([2, 2, 7, 8], [3, 2, 3, 2], {}, [2, 3, 5, 7]),
  'different strides': conv([2, 2, 9, 9], [3, 2, 3, 3], { strides: [2, 3] }, [2, 3, 4, 3]),
  'stride 2, pads other than TensorFlow’s SAME': conv(
    [2, 3, 8, 8],
    [4, 3, 3, 3],
    { strides: [2, 2], pads: [1, 1, 1, 1] },
    [2, 4, 4, 4],
  ),
  'different pads on every side': conv([1, 2, 5, 5], [2, 2, 3, 3], { pads: [0, 1, 2, 3] }, [1, 2, 5, 7]),
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
  depthwise: conv([2, 4, 6, 6], [4, 1, 3, 3], { group: 4 }, [2, 4, 4, 4]),
  'two filters per channel': conv([2, 3, 6, 6], [6, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1] }, [2, 6, 6, 6]),
  'depthwise, stride 2': conv(
    [1, 4, 7, 7],
    [4, 1, 3, 3],
    { group: 4, strides: [2, 2], pads: [1, 1, 1, 1] },
    [1, 4, 4, 4],
  ),
  'depthwise, dilations': conv([1, 4, 9, 9], [4, 1, 3, 3], { group: 4, dilations: [2, 2] }, [1, 4, 5, 5]),
  'two groups': conv([1, 4, 6, 6], [4, 2, 3, 3], { group: 2 }, [1, 4, 4, 4]),
  'two groups, stride 2, different pads on every side': conv(
    [2, 4, 7, 7],
    [6, 2, 3, 3],
    { group: 2, strides: [2, 2], pads: [1, 0, 2, 1] },
    [2, 6, 4, 3],
  ),
  '1 × 1, stride 2': conv([2, 3, 6, 6], [4, 3, 1, 1], { strides: [2, 2] }, [2, 4, 3, 3]),
  'kernel as large as the image': conv([2, 3, 4, 4], [5, 3, 4, 4], {}, [2, 5, 1, 1]),
  'one-dimensional': conv([2, 3, 8], [4, 3, 3], {}, [2, 4, 6]),
  'one-dimensional, stride and pads': conv([2, 3, 8], [4, 3, 3], { strides: [2], pads: [1, 2] }, [2, 4, 5]),
  'one-dimensional, dilations, no bias': conv([1, 3, 9], [4, 3, 3], { dilations: [2] }, [1, 4, 5], false),
  'one-dimensional, dilations and stride': conv(
    [1, 3, 9],
    [4, 3, 3],
    { dilations: [2], strides: [2] },
    [1, 4, 3],
  ),
  'one-dimensional, auto_pad SAME_UPPER': conv(
    [2, 3, 8],
    [4, 3, 4],
    { auto_pad: 'SAME_UPPER', strides: [2] },
    [2, 4, 4],
  ),
  'one-dimensional, two groups, stride 2': conv([2, 4, 9], [6, 2, 3], { group: 2, strides: [2] }, [2, 6, 4]),
  'one-dimensional, depthwise': conv([2, 4, 8], [8, 1, 3], { group: 4, pads: [1, 1] }, [2, 8, 8]),
  'one-dimensional, depthwise, stride 2': conv([2, 4, 9], [4, 1, 3], { group: 4, strides: [2] }, [2, 4, 4]),
  'one-dimensional, depthwise, dilations': conv(
    [2, 4, 9],
    [4, 1, 3],
    { group: 4, dilations: [2] },
    [2, 4, 5],
  ),
  'one-dimensional, followed by Relu': (g) => {
    const y = conv([2, 3, 8], [4, 3, 3], {}, [2, 4, 6])(g)[0];
    return [g.relu(y), [2, 4, 6]];
  },
  'two groups, dilations, pads': conv(
    [1, 4, 7, 7],
    [4, 2, 3, 3],
    { group: 2, dilations: [2, 2], pads: [2, 2, 2, 2] },
    [1, 4, 7, 7],
  ),
  'depthwise, two filters, dilations': conv(
    [1, 2, 9, 9],
    [4, 1, 3, 3],
    { group: 2, dilations: [2, 3] },
    [1, 4, 5, 3],
  ),
  'depthwise, dilations and strides': conv(
    [1, 2, 9, 9],
    [2, 1, 3, 3],
    { group: 2, dilations: [2, 2], strides: [2, 2] },
    [1, 2, 3, 3],
  ),
  ...Object.fromEntries(
    ['Relu', 'Sigmoid', 'Tanh'].map((operator) => [
      `followed by ${operator}`,
      (g: GraphBuilder) => [
        g.node(operator, [g.conv(g.input('x', [2, 3, 6, 6]), 'c', 3, 4, 3, 0)]),
        [2, 4, 4, 4],
      ],
    ]),
  ),
  'result read by a Relu and by an Add': (g) => {
    const y = g.conv(g.input('x', [2, 3, 6, 6]), 'c', 3, 4, 3, 0);
    return [g.node('Add', [y, g.relu(y)]), [2, 4, 4, 4]];
  },
};

export const transposedConvolutions: Readonly<Record<string, BuildGraph>> = {
  'windows without overlap, as in U-Net': transposed(
    [2, 3, 4, 3],
    [3, 4, 2, 2],
    { strides: [2, 2] },
    [2, 4, 8, 6],
  ),
  'overlapping windows, no bias': transposed([1, 2, 5, 5], [2, 3, 3, 3], {}, [1, 3, 7, 7], false),
  'stride 2, pads and output_padding': transposed(
    [2, 2, 4, 4],
    [2, 3, 3, 3],
    { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] },
    [2, 3, 8, 8],
  ),
  'different pads on every side': transposed(
    [1, 2, 4, 4],
    [2, 3, 3, 4],
    { strides: [2, 1], pads: [0, 1, 2, 0] },
    [1, 3, 7, 6],
  ),
  'two groups': transposed([2, 4, 3, 3], [4, 3, 2, 2], { strides: [2, 2], group: 2 }, [2, 6, 6, 6]),
  dilations: transposed([1, 2, 4, 4], [2, 3, 2, 2], { dilations: [2, 2] }, [1, 3, 6, 6]),
  'auto_pad SAME_UPPER': transposed(
    [1, 2, 4, 3],
    [2, 3, 3, 3],
    { strides: [2, 2], auto_pad: 'SAME_UPPER' },
    [1, 3, 8, 6],
  ),
  output_shape: transposed(
    [1, 2, 4, 3],
    [2, 3, 3, 3],
    { strides: [2, 2], output_shape: [8, 6] },
    [1, 3, 8, 6],
  ),
  'one-dimensional': transposed([2, 3, 5], [3, 4, 3], { strides: [2], pads: [1, 0] }, [2, 4, 10]),
};

export const poolings: Readonly<Record<string, BuildGraph>> = {
  maximum: pool('MaxPool', [2, 3, 8, 8], { kernel_shape: [2, 2], strides: [2, 2] }, [2, 3, 4, 4]),
  'maximum, overlapping windows, stride 1': pool(
    'MaxPool',
    [2, 3, 6, 6],
    { kernel_shape: [3, 3] },
    [2, 3, 4, 4],
  ),
  'maximum, not square': pool(
    'MaxPool',
    [1, 2, 6, 9],
    { kernel_shape: [2, 3], strides: [2, 3] },
    [1, 2, 3, 3],
  ),
  // All inputs are negative, so that pads of zero would be the maximum.
  'maximum of negatives, padded': (g) => {
    const x = g.node('Sub', [g.input('x', [1, 2, 8, 8]), g.constant('two', tensor([], [2]))]);
    const attributes = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] };
    return [g.node('MaxPool', [x], attributes), [1, 2, 4, 4]];
  },
  'maximum, padded as in ResNet': pool(
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
  'average, excluding pads': pool(
    'AveragePool',
    [1, 2, 7, 7],
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
    [1, 2, 4, 4],
  ),
  'average, asymmetric result, excluding pads': pool(
    'AveragePool',
    [1, 2, 8, 8],
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
    [1, 2, 4, 4],
  ),
  'average, including pads': pool(
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
  'average, different pads, including pads': pool(
    'AveragePool',
    [2, 2, 6, 6],
    { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 1, 1, 2], count_include_pad: 1 },
    [2, 2, 3, 4],
  ),
  'maximum one-dimensional': pool('MaxPool', [2, 3, 8], { kernel_shape: [2], strides: [2] }, [2, 3, 4]),
  'average one-dimensional': pool('AveragePool', [2, 3, 8], { kernel_shape: [2], strides: [2] }, [2, 3, 4]),
  'maximum one-dimensional, pads': pool(
    'MaxPool',
    [2, 3, 8],
    { kernel_shape: [3], strides: [2], pads: [1, 0] },
    [2, 3, 4],
  ),
  'maximum one-dimensional, dilations': pool(
    'MaxPool',
    [2, 3, 9],
    { kernel_shape: [3], dilations: [2] },
    [2, 3, 5],
  ),
  'maximum, dilations and strides': pool(
    'MaxPool',
    [1, 2, 8, 8],
    { kernel_shape: [2, 2], dilations: [2, 2], strides: [2, 2] },
    [1, 2, 3, 3],
  ),
  'maximum of negatives, dilations and pads': (g) => {
    const x = g.node('Sub', [g.input('x', [1, 2, 6, 6]), g.constant('two', tensor([], [2]))]);
    const attributes = { kernel_shape: [3, 3], dilations: [2, 2], pads: [1, 1, 1, 1] };
    return [g.node('MaxPool', [x], attributes), [1, 2, 4, 4]];
  },
  'average one-dimensional, excluding pads': pool(
    'AveragePool',
    [2, 3, 8],
    { kernel_shape: [3], strides: [2], pads: [1, 1] },
    [2, 3, 4],
  ),
  'average one-dimensional, including pads': pool(
    'AveragePool',
    [2, 3, 8],
    { kernel_shape: [3], strides: [2], pads: [1, 0], count_include_pad: 1 },
    [2, 3, 4],
  ),
  'average, ceil_mode that adds a window, including pads': pool(
    'AveragePool',
    [1, 2, 6, 6],
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1, count_include_pad: 1 },
    [1, 2, 4, 4],
  ),
  'global average one-dimensional': pool('GlobalAveragePool', [2, 3, 5], {}, [2, 3, 1]),
  'global maximum one-dimensional': pool('GlobalMaxPool', [2, 3, 5], {}, [2, 3, 1]),
  'global average': pool('GlobalAveragePool', [2, 3, 5, 4], {}, [2, 3, 1, 1]),
  'global maximum': pool('GlobalMaxPool', [2, 3, 5, 4], {}, [2, 3, 1, 1]),
};

/** Shapes and attributes of a convolution, and whether it has a bias. */
type Convolution = readonly [
  input: readonly number[],
  weight: readonly number[],
  attributes: Attributes,
  output: readonly number[],
  bias?: boolean,
];

function conv(...convolution: Convolution): BuildGraph {
  return convolved('Conv', convolution);
}

function transposed(...convolution: Convolution): BuildGraph {
  return convolved('ConvTranspose', convolution);
}

function convolved(
  operator: string,
  [input, weight, attributes, output, bias = true]: Convolution,
): BuildGraph {
  return (g) => {
    const inputs = [g.input('x', input), g.constant('w', tensor(weight))];
    if (bias) inputs.push(g.constant('b', tensor([channelsOf(output)])));
    return [g.node(operator, inputs, attributes), output];
  };
}

function pool(
  operator: string,
  input: readonly number[],
  attributes: Attributes,
  output: readonly number[],
): BuildGraph {
  return (g) => [g.node(operator, [g.input('x', input)], attributes), output];
}
