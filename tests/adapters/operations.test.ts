/**
 * Operators over windows, normalisations and Resize as plans of operations: whatever a capabilities lacks, and wherever it has
 * its channels, they come to what ONNX Runtime makes of them.
 */
import { describe, test } from 'vitest';
import type { Attribute } from '../../model/graph.js';
import { integers, positive, tensor } from '../../suites/conformance/case-graph.js';
import { type Case, expectAgreement } from './operations-agreement.js';

type Attributes = Readonly<Record<string, Attribute>>;
type Shape = readonly number[];

/** One operator on `x` and on constants. @param output its shape */
function of(operator: string, x: Shape, output: Shape, attributes: Attributes, ...constants: Shape[]): Case {
  return {
    draw: (g) => {
      const names = constants.map((shape, index) => g.constant(`c${index}`, positive(shape)));
      return [g.node(operator, [g.input('x', x), ...names], attributes), output];
    },
  };
}

const at = (opset: number, each: Case): Case => ({ ...each, opset });

function resize(x: Shape, output: Shape, attributes: Attributes, scales?: Shape, roi?: Shape): Case {
  return {
    draw: (g) => {
      const inputs = [
        g.input('x', x),
        roi ? g.constant('roi', tensor([roi.length], roi)) : '',
        scales ? g.constant('scales', tensor([scales.length], scales)) : '',
        ...(scales ? [] : [g.constant('sizes', integers(output))]),
      ];
      return [g.node('Resize', inputs, attributes), output];
    },
  };
}

function scaled(operator: string, x: Shape, output: Shape, mode: string, scales: Shape): Case {
  return {
    draw: (g) => [
      g.node(operator, [g.input('x', x), g.constant('scales', tensor([scales.length], scales))], { mode }),
      output,
    ],
  };
}

/** Where the peaks are, as fractions so that they compare like all else. */
function peaks(x: Shape, output: Shape, attributes: Attributes): Case {
  return {
    draw: (g) => {
      const [most, where] = ['most', 'where'];
      g.node('MaxPool', [g.input('x', x)], attributes, [most, where]);
      return [g.node('Add', [g.node('Cast', [where], { to: 1 }), most]), output];
    },
  };
}

const cases: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
  Conv: {
    'one axis, dilated, biased': of(
      'Conv',
      [2, 4, 9],
      [2, 6, 5],
      { dilations: [2], pads: [1, 2], strides: [2] },
      [6, 4, 3],
      [6],
    ),
    'two groups, uneven pads': of(
      'Conv',
      [2, 4, 5, 6],
      [2, 6, 3, 4],
      { group: 2, pads: [1, 0, 0, 2], strides: [2, 2] },
      [6, 2, 2, 3],
      [6],
    ),
    'every channel by itself': of(
      'Conv',
      [2, 3, 5, 6],
      [2, 3, 5, 6],
      { group: 3, auto_pad: 'SAME_LOWER' },
      [3, 1, 2, 3],
      [3],
    ),
    'two filters for every channel': of('Conv', [1, 3, 5, 6], [1, 6, 4, 4], { group: 3 }, [6, 1, 2, 3]),
    'three axes': of(
      'Conv',
      [1, 2, 4, 5, 6],
      [1, 3, 2, 4, 3],
      { strides: [2, 1, 2], dilations: [1, 2, 1], pads: [0, 1, 1, 1, 0, 0] },
      [3, 2, 2, 2, 3],
      [3],
    ),
    'three axes, groups': of('Conv', [1, 4, 3, 3, 3], [1, 4, 2, 2, 2], { group: 2 }, [4, 2, 2, 2, 2]),
  },
  ConvTranspose: {
    'one axis': of(
      'ConvTranspose',
      [2, 4, 5],
      [2, 3, 12],
      { strides: [2], dilations: [2], pads: [1, 1], output_padding: [1] },
      [4, 3, 3],
      [3],
    ),
    'two groups': of(
      'ConvTranspose',
      [2, 4, 3, 4],
      [2, 6, 6, 9],
      { group: 2, strides: [2, 3], pads: [0, 1, 1, 2], output_padding: [0, 0] },
      [4, 3, 3, 3],
      [6],
    ),
    SAME_UPPER: of(
      'ConvTranspose',
      [1, 2, 3, 4],
      [1, 3, 6, 12],
      { strides: [2, 3], auto_pad: 'SAME_UPPER' },
      [2, 3, 3, 4],
    ),
    SAME_LOWER: of(
      'ConvTranspose',
      [1, 2, 3, 4],
      [1, 3, 6, 12],
      { strides: [2, 3], auto_pad: 'SAME_LOWER' },
      [2, 3, 3, 4],
    ),
    'its size is said': of(
      'ConvTranspose',
      [1, 2, 3, 3],
      [1, 3, 6, 8],
      { strides: [2, 3], output_shape: [6, 8] },
      [2, 3, 3, 3],
      [3],
    ),
    'pads cut more than it overlaps': of(
      'ConvTranspose',
      [1, 2, 5, 5],
      [1, 3, 2, 3],
      { pads: [3, 2, 2, 2] },
      [2, 3, 3, 3],
      [3],
    ),
    'three axes': of(
      'ConvTranspose',
      [1, 2, 2, 3, 2],
      [1, 2, 4, 5, 5],
      { strides: [2, 1, 2], pads: [0, 0, 1, 0, 0, 0], output_padding: [0, 0, 1] },
      [2, 2, 2, 3, 3],
    ),
  },
  MaxPool: {
    'one axis, rounded up': of('MaxPool', [2, 3, 8], [2, 3, 4], {
      kernel_shape: [3],
      strides: [2],
      ceil_mode: 1,
    }),
    'two axes, dilated': of('MaxPool', [1, 2, 7, 8], [1, 2, 5, 3], {
      kernel_shape: [2, 3],
      strides: [1, 2],
      dilations: [3, 2],
      pads: [1, 1, 0, 0],
    }),
    'three axes': of('MaxPool', [1, 2, 4, 5, 6], [1, 2, 2, 3, 3], {
      kernel_shape: [2, 3, 2],
      strides: [2, 2, 2],
      pads: [0, 1, 0, 0, 1, 0],
    }),
    'positions, rounded up': peaks([2, 2, 5, 6], [2, 2, 3, 4], {
      kernel_shape: [3, 2],
      strides: [2, 2],
      pads: [1, 1, 0, 0],
      ceil_mode: 1,
    }),
    'positions of one axis': peaks([2, 3, 8], [2, 3, 4], { kernel_shape: [3], strides: [2], pads: [1, 0] }),
    'positions of three axes': peaks([1, 2, 3, 4, 4], [1, 2, 2, 2, 2], {
      kernel_shape: [2, 3, 2],
      strides: [1, 1, 2],
    }),
    'positions by columns': peaks([2, 2, 5, 6], [2, 2, 2, 3], {
      kernel_shape: [2, 2],
      strides: [2, 2],
      storage_order: 1,
    }),
  },
  AveragePool: {
    'pads do not count': of('AveragePool', [2, 3, 5, 6], [2, 3, 3, 4], {
      kernel_shape: [3, 2],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
    }),
    'pads count': of('AveragePool', [2, 3, 5, 6], [2, 3, 3, 4], {
      kernel_shape: [3, 2],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      count_include_pad: 1,
    }),
    'pads count, what is rounded up does not': of('AveragePool', [1, 2, 6, 6], [1, 2, 4, 4], {
      kernel_shape: [3, 3],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      count_include_pad: 1,
      ceil_mode: 1,
    }),
    'rounded up': of('AveragePool', [1, 2, 6], [1, 2, 3], { kernel_shape: [3], strides: [2], ceil_mode: 1 }),
    'three axes, SAME_UPPER': of('AveragePool', [1, 2, 3, 4, 5], [1, 2, 2, 4, 3], {
      kernel_shape: [2, 2, 3],
      strides: [2, 1, 2],
      auto_pad: 'SAME_UPPER',
    }),
    dilated: at(
      19,
      of('AveragePool', [1, 2, 7, 7], [1, 2, 4, 3], { kernel_shape: [2, 3], dilations: [3, 2] }),
    ),
  },
  'other poolings': {
    'LpPool of order 3': of('LpPool', [1, 2, 5, 6], [1, 2, 3, 3], {
      kernel_shape: [3, 2],
      strides: [2, 2],
      pads: [1, 0, 1, 0],
      p: 3,
    }),
    'LpPool of order 1': of('LpPool', [1, 2, 6], [1, 2, 5], { kernel_shape: [2], p: 1 }),
    GlobalLpPool: of('GlobalLpPool', [2, 3, 4, 5], [2, 3, 1, 1], { p: 3 }),
    GlobalAveragePool: of('GlobalAveragePool', [2, 3, 4], [2, 3, 1], {}),
    GlobalMaxPool: of('GlobalMaxPool', [2, 3, 2, 3, 4], [2, 3, 1, 1, 1], {}),
  },
  normalisation: {
    BatchNormalization: of('BatchNormalization', [2, 3, 4], [2, 3, 4], { epsilon: 0.01 }, [3], [3], [3], [3]),
    InstanceNormalization: of(
      'InstanceNormalization',
      [2, 3, 4, 5],
      [2, 3, 4, 5],
      { epsilon: 0.01 },
      [3],
      [3],
    ),
    'LayerNormalization of two axes': of(
      'LayerNormalization',
      [2, 3, 4],
      [2, 3, 4],
      { axis: 1 },
      [3, 4],
      [3, 4],
    ),
    'LayerNormalization whose scale is broadcast': of(
      'LayerNormalization',
      [2, 3, 4],
      [2, 3, 4],
      { axis: 1 },
      [4],
    ),
    'GroupNormalization, scales of groups': at(
      18,
      of('GroupNormalization', [2, 6, 3, 4], [2, 6, 3, 4], { num_groups: 2 }, [2], [2]),
    ),
    'GroupNormalization, scales of channels': at(
      21,
      of('GroupNormalization', [2, 6, 3], [2, 6, 3], { num_groups: 2 }, [6], [6]),
    ),
    LRN: of('LRN', [2, 7, 3, 4], [2, 7, 3, 4], { size: 5, alpha: 0.5, beta: 0.6, bias: 2 }),
    LpNormalization: of('LpNormalization', [2, 3, 4], [2, 3, 4], { axis: 1, p: 1 }),
  },
  Resize: {
    'cubic, outside left out': resize([1, 2, 5, 6], [1, 2, 8, 9], {
      mode: 'cubic',
      exclude_outside: 1,
      cubic_coeff_a: -0.5,
    }),
    'linear, antialias': at(18, resize([1, 2, 8, 9], [1, 2, 3, 4], { mode: 'linear', antialias: 1 })),
    'cubic, antialias': at(18, resize([1, 2, 8, 9], [1, 2, 3, 4], { mode: 'cubic', antialias: 1 })),
    'three axes': resize([1, 2, 3, 4, 5], [1, 2, 5, 6, 4], {
      mode: 'linear',
      coordinate_transformation_mode: 'align_corners',
    }),
    'one axis': resize([1, 2, 5], [1, 2, 8], {
      mode: 'linear',
      coordinate_transformation_mode: 'pytorch_half_pixel',
    }),
    'channels and the batch too': resize([2, 2, 4], [4, 3, 6], {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    }),
    tf_half_pixel_for_nn: at(
      11,
      resize(
        [1, 1, 4, 6],
        [1, 1, 7, 4],
        {
          mode: 'nearest',
          coordinate_transformation_mode: 'tf_half_pixel_for_nn',
          nearest_mode: 'floor',
        },
        [1, 1, 1.75, 0.75],
        [0, 0, 0, 0, 1, 1, 1, 1],
      ),
    ),
    cropped: resize(
      [1, 1, 5, 6],
      [1, 1, 4, 4],
      { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize', extrapolation_value: 7.5 },
      undefined,
      [0, 0, 0.2, 0.4, 1, 1, 0.9, 1.3],
    ),
    'by scales, to a fraction': resize([1, 2, 5, 7], [1, 2, 8, 4], { mode: 'linear' }, [1, 1, 1.7, 0.6]),
    'nearest, half_pixel': resize([1, 2, 5, 7], [1, 2, 8, 4], { mode: 'nearest' }, [1, 1, 1.7, 0.6]),
    'of operator set 10, nearest, larger': at(
      10,
      scaled('Resize', [1, 2, 3, 4], [1, 2, 7, 6], 'nearest', [1, 1, 2.5, 1.5]),
    ),
    'of operator set 10, nearest, smaller': at(
      10,
      scaled('Resize', [1, 2, 7, 8], [1, 2, 4, 3], 'nearest', [1, 1, 0.6, 0.4]),
    ),
    'of operator set 10, linear': at(
      10,
      scaled('Resize', [1, 2, 7, 8], [1, 2, 4, 12], 'linear', [1, 1, 0.6, 1.5]),
    ),
    'Upsample 9': at(9, scaled('Upsample', [1, 2, 3, 4], [1, 2, 6, 12], 'linear', [1, 1, 2, 3])),
    'Upsample 7': at(
      7,
      of('Upsample', [1, 2, 3, 4], [1, 2, 7, 6], { mode: 'nearest', scales: [1, 1, 2.5, 1.5] }),
    ),
  },
};

describe.each(Object.entries(cases))('%s', (_, group) => {
  test.each(Object.entries(group))('%s', async (_, each) => expectAgreement(each));
});
