/** Convolutions, transposed ones and poolings. */
import type { GraphBuilder } from '../../model/builder.js';
import { type Draw, tensor } from './draw.js';
import type { Attributes } from './drawing.js';

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
  'over one axis, dilations and stride': conv(
    [1, 3, 9],
    [4, 3, 3],
    { dilations: [2], strides: [2] },
    [1, 4, 3],
  ),
  'over one axis, auto_pad SAME_UPPER': conv(
    [2, 3, 8],
    [4, 3, 4],
    { auto_pad: 'SAME_UPPER', strides: [2] },
    [2, 4, 4],
  ),
  'over one axis, two groups, stride 2': conv([2, 4, 9], [6, 2, 3], { group: 2, strides: [2] }, [2, 6, 4]),
  'over one axis, a group for each channel': conv(
    [2, 4, 8],
    [8, 1, 3],
    { group: 4, pads: [1, 1] },
    [2, 8, 8],
  ),
  'over one axis, a group for each channel, stride 2': conv(
    [2, 4, 9],
    [4, 1, 3],
    { group: 4, strides: [2] },
    [2, 4, 4],
  ),
  'over one axis, a group for each channel, dilations': conv(
    [2, 4, 9],
    [4, 1, 3],
    { group: 4, dilations: [2] },
    [2, 4, 5],
  ),
  'over one axis, followed by Relu': (g) => {
    const y = conv([2, 3, 8], [4, 3, 3], {}, [2, 4, 6])(g)[0];
    return [g.relu(y), [2, 4, 6]];
  },
  'two groups, dilations, pads': conv(
    [1, 4, 7, 7],
    [4, 2, 3, 3],
    { group: 2, dilations: [2, 2], pads: [2, 2, 2, 2] },
    [1, 4, 7, 7],
  ),
  'a group for each channel, two filters, dilations': conv(
    [1, 2, 9, 9],
    [4, 1, 3, 3],
    { group: 2, dilations: [2, 3] },
    [1, 4, 5, 3],
  ),
  'a group for each channel, dilations and strides': conv(
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
  'read by a Relu and by an Add': (g) => {
    const y = g.conv(g.input('x', [2, 3, 6, 6]), 'c', 3, 4, 3, 0);
    return [g.node('Add', [y, g.relu(y)]), [2, 4, 4, 4]];
  },
};

export const transposedConvolutions: Readonly<Record<string, Draw>> = {
  'windows side by side, like U-Net’s': transposed(
    [2, 3, 4, 3],
    [3, 4, 2, 2],
    { strides: [2, 2] },
    [2, 4, 8, 6],
  ),
  'windows that overlap, no bias': transposed([1, 2, 5, 5], [2, 3, 3, 3], {}, [1, 3, 7, 7], false),
  'stride 2, pads and output_padding': transposed(
    [2, 2, 4, 4],
    [2, 3, 3, 3],
    { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] },
    [2, 3, 8, 8],
  ),
  'a pad on every side different': transposed(
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
  'over one axis': transposed([2, 3, 5], [3, 4, 3], { strides: [2], pads: [1, 0] }, [2, 4, 10]),
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
  'maximum over one axis, pads': pool(
    'MaxPool',
    [2, 3, 8],
    { kernel_shape: [3], strides: [2], pads: [1, 0] },
    [2, 3, 4],
  ),
  'maximum over one axis, dilations': pool(
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
  'average over one axis, pads that do not count': pool(
    'AveragePool',
    [2, 3, 8],
    { kernel_shape: [3], strides: [2], pads: [1, 1] },
    [2, 3, 4],
  ),
  'average over one axis, pads that count': pool(
    'AveragePool',
    [2, 3, 8],
    { kernel_shape: [3], strides: [2], pads: [1, 0], count_include_pad: 1 },
    [2, 3, 4],
  ),
  'average, ceil_mode that adds a window, pads that count': pool(
    'AveragePool',
    [1, 2, 6, 6],
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1, count_include_pad: 1 },
    [1, 2, 4, 4],
  ),
  'global average over one axis': pool('GlobalAveragePool', [2, 3, 5], {}, [2, 3, 1]),
  'global maximum over one axis': pool('GlobalMaxPool', [2, 3, 5], {}, [2, 3, 1]),
  'global average': pool('GlobalAveragePool', [2, 3, 5, 4], {}, [2, 3, 1, 1]),
  'global maximum': pool('GlobalMaxPool', [2, 3, 5, 4], {}, [2, 3, 1, 1]),
};

/** Of input, weight, attributes, output, and whether it has a bias: one for each channel of the output. */
type Convolution = readonly [
  input: readonly number[],
  weight: readonly number[],
  attributes: Attributes,
  output: readonly number[],
  bias?: boolean,
];

function conv(...convolution: Convolution): Draw {
  return convolved('Conv', convolution);
}

function transposed(...convolution: Convolution): Draw {
  return convolved('ConvTranspose', convolution);
}

function convolved(operator: string, [input, weight, attributes, output, bias = true]: Convolution): Draw {
  return (g) => {
    const inputs = [g.input('x', input), g.constant('w', tensor(weight))];
    if (bias) inputs.push(g.constant('b', tensor([output[1] ?? 1])));
    return [g.node(operator, inputs, attributes), output];
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
