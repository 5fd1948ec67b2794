/** Operators that are composed of many operations: of quantised numbers, of places between elements, of queries and keys. */
import { describe, test } from 'vitest';
import type { GraphBuilder, ValueName } from '../../model/builder.js';
import { type Attribute, type DataType, elementCount, type Tensor } from '../../model/graph.js';
import { uniform } from '../../model/random.js';
import { integers, tensor } from '../../suites/conformance/case-graph.js';
import { type Case, expectAgreement } from './operations-agreement.js';

type Attributes = Readonly<Record<string, Attribute>>;
type Shape = readonly number[];

/**
 * Integers of 8 bits over the whole range, or given. Signed ones have 7: without VNNI, ONNX Runtime's kernels saturate the sum of two
 * products of unsigned and signed bytes at 16 bits.
 */
function bytes(type: 'int8' | 'uint8', shape: Shape, given?: readonly number[]): Tensor {
  const [low, high] = type === 'int8' ? [-64, 64] : [0, 256];
  const drawn = uniform(1, `bytes ${shape}`, elementCount(shape), low, high);
  const numbers = given ?? Array.from(drawn, Math.floor);
  return { type, shape, data: type === 'int8' ? Int8Array.from(numbers) : Uint8Array.from(numbers) };
}

const single = (value: number): Tensor => tensor([], [value]);

interface Quantised {
  readonly x: Shape;
  readonly filters: Shape;
  readonly output: Shape;
  readonly type?: 'int8' | 'uint8';
  /** A scale and a zero point for each filter. */
  readonly each?: boolean;
  readonly bias?: boolean;
  readonly attributes?: Attributes;
}

/** `x` in steps, with its scale and zero point. */
function inSteps(g: GraphBuilder, shape: Shape): readonly [ValueName, ValueName, ValueName] {
  const scale = g.constant('xs', single(0.0078125));
  const zero = g.constant('xz', bytes('uint8', [], [101]));
  return [g.node('QuantizeLinear', [g.input('x', shape), scale, zero]), scale, zero];
}

function filtersOf(
  g: GraphBuilder,
  { filters, type = 'int8', each = false }: Quantised,
): readonly ValueName[] {
  const shape = each ? filters.slice(0, 1) : [];
  const zeros = Array.from({ length: elementCount(shape) }, (_, filter) =>
    type === 'int8' ? 0 : 120 + filter,
  );
  return [
    g.constant('w', bytes(type, filters)),
    g.constant('ws', tensor(shape, uniform(2, 'scales', elementCount(shape), 0.001, 0.002))),
    g.constant('wz', bytes(type, shape, zeros)),
  ];
}

function quantised(given: Quantised): Case {
  return {
    draw: (g) => {
      const scale = g.constant('ys', single(0.0123));
      const zero = g.constant('yz', bytes('uint8', [], [120]));
      const count = given.filters[0] ?? 1;
      const biases = Int32Array.from({ length: count }, (_, filter) => 900 * filter - 700);
      const bias = given.bias ? [g.constant('b', { type: 'int32', shape: [count], data: biases })] : [];
      const inputs = [...inSteps(g, given.x), ...filtersOf(g, given), scale, zero, ...bias];
      const steps = g.node('QLinearConv', inputs, given.attributes);
      return [g.node('DequantizeLinear', [steps, scale, zero]), given.output];
    },
  };
}

function ofIntegers(given: Quantised): Case {
  return {
    draw: (g) => {
      const [x, , zero] = inSteps(g, given.x);
      const [w = '', , wZero = ''] = filtersOf(g, given);
      const sums = g.node('ConvInteger', [x, w, zero, wZero], given.attributes);
      return [g.node('Cast', [sums], { to: 1 }), given.output];
    },
  };
}

function product(inner: number): Case {
  return {
    draw: (g) => {
      const [x, , zero] = inSteps(g, [2, inner]);
      const [w, wZero] = [
        g.constant('w', bytes('uint8', [inner, 3])),
        g.constant('wz', bytes('uint8', [], [7])),
      ];
      return [g.node('Cast', [g.node('MatMulInteger', [x, w, zero, wZero])], { to: 1 }), [2, 3]];
    },
  };
}

/** On `x` and a grid that reaches beyond the edges. */
function sampled(x: Shape, grid: Shape, attributes: Attributes): Case {
  return {
    opset: 20,
    draw: (g) => {
      const places = tensor(grid, uniform(3, 'grid', elementCount(grid), -1.6, 1.6));
      const output = [...x.slice(0, 2), ...grid.slice(1, -1)];
      return [g.node('GridSample', [g.input('x', x), g.constant('grid', places)], attributes), output];
    },
  };
}

const [picture, grid] = [
  [2, 3, 4, 5],
  [2, 3, 2, 2],
] as const;
const samplings = ['linear', 'nearest', 'cubic'].flatMap((mode) =>
  ['zeros', 'border', 'reflection'].flatMap((padding_mode) =>
    [0, 1].map((align_corners): readonly [string, Case] => [
      `${mode}, ${padding_mode}, align_corners ${align_corners}`,
      sampled(picture, grid, { mode, padding_mode, align_corners }),
    ]),
  ),
);

function regions(mode: string, transformation: string): Case {
  return {
    opset: 16,
    draw: (g) => {
      const rois = tensor([3, 4], [1, 2, 9, 8, -3, 0, 4, 20, 5, 5, 5.25, 5.5]);
      const batch = g.constant('batch', integers([1, 0, 1]));
      const settings = { output_height: 2, output_width: 3, sampling_ratio: 2, spatial_scale: 0.5 };
      const attributes = { ...settings, mode, coordinate_transformation_mode: transformation };
      return [
        g.node('RoiAlign', [g.input('x', [2, 3, 6, 7]), g.constant('rois', rois), batch], attributes),
        [3, 3, 2, 3],
      ];
    },
  };
}

function folded(x: Shape, image: Shape, block: Shape, output: Shape, attributes: Attributes): Case {
  return {
    opset: 18,
    draw: (g) => {
      const inputs = [
        g.input('x', x),
        g.constant('image', integers(image)),
        g.constant('block', integers(block)),
      ];
      return [g.node('Col2Im', inputs, attributes), output];
    },
  };
}

/** The largest of each window, put back. */
const unpooled: Case = {
  draw: (g) => {
    const settings = { kernel_shape: [2, 2], strides: [2, 2] };
    g.node('MaxPool', [g.input('x', [2, 3, 4, 6])], settings, ['peaks', 'places']);
    return [g.node('MaxUnpool', ['peaks', 'places'], settings), [2, 3, 4, 6]];
  },
};

interface Looked {
  readonly q: Shape;
  readonly k: Shape;
  readonly v: Shape;
  readonly output: Shape;
  readonly mask?: Tensor;
  readonly attributes?: Attributes;
}

function attention({ q, k, v, output, mask, attributes = {} }: Looked): Case {
  return {
    opset: 23,
    draw: (g) => {
      const given = mask ? [g.constant('mask', mask)] : [];
      const inputs = [g.input('q', q), g.constant('k', tensor(k)), g.constant('v', tensor(v)), ...given];
      return [g.node('Attention', inputs, attributes), output];
    },
  };
}

const inHeads = { q: [2, 4, 3, 8], k: [2, 2, 5, 8], v: [2, 2, 5, 6], output: [2, 4, 3, 6] } as const;
const flat = { q: [2, 3, 32], k: [2, 5, 16], v: [2, 5, 12], output: [2, 3, 24] } as const;
const choice = (shape: Shape): Tensor => ({
  ...{ type: 'bool' as DataType, shape },
  data: Uint8Array.from({ length: elementCount(shape) }, (_, index) => Number(index % 3 !== 1)),
});

function rotated(x: Shape, attributes: Attributes, half: number): Case {
  return {
    opset: 23,
    draw: (g) => {
      const [batch = 1, steps = 1] = x.length === 3 ? x : [x[0] ?? 1, x[2] ?? 1];
      const angles = uniform(4, 'angles', 10 * half, 0, 6);
      const positions = integers(Array.from({ length: batch * steps }, (_, place) => (place * 3) % 10));
      const inputs = [
        g.input('x', x),
        g.constant('cos', tensor([10, half], angles.map(Math.cos))),
        g.constant('sin', tensor([10, half], angles.map(Math.sin))),
        g.constant('positions', { ...positions, shape: [batch, steps] }),
      ];
      return [g.node('RotaryEmbedding', inputs, attributes), x];
    },
  };
}

function ofOne(operator: string, x: Shape, output: Shape): Case {
  return { draw: (g) => [g.node(operator, [g.input('x', x)]), output] };
}

/** A convolution whose result is flattened and multiplied by a matrix, with what stands between. */
function flattened(
  output: Shape,
  transB: 0 | 1,
  between: (g: GraphBuilder, x: ValueName) => ValueName,
): Case {
  return {
    draw: (g) => {
      const filters = g.constant('filters', tensor([4, 3, 1, 1]));
      const image = g.node('Conv', [g.input('x', [2, 3, 3, 5]), filters]);
      const features = between(g, image);
      const [rows, columns] = [60, output.at(-1) ?? 1];
      const weight = g.constant('w', tensor(transB ? [columns, rows] : [rows, columns]));
      return [g.node('Gemm', [features, weight], { transB }), output];
    },
  };
}

function gemm(attributes: Attributes, c: Shape): Case {
  return {
    draw: (g) => {
      const weight = g.constant('w', tensor(attributes.transB ? [3, 4] : [4, 3]));
      const inputs = [g.input('x', [2, 4]), weight, g.constant('c', tensor(c))];
      return [g.node('Gemm', inputs, attributes), [2, 3]];
    },
  };
}

const cases: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
  Flatten: {
    'of an image in front of a product': flattened([2, 5], 0, (g, x) => g.node('Flatten', [x])),
    'and a transposed weight, with an activation between': flattened([2, 7], 1, (g, x) =>
      g.node('Tanh', [g.node('Flatten', [x])]),
    ),
    'with the axes in another order': flattened([2, 7], 1, (g, x) =>
      g.node('Flatten', [g.node('Transpose', [x], { perm: [0, 3, 1, 2] })]),
    ),
  },
  Gemm: {
    'with factors': gemm({ alpha: 0.5, beta: -2 }, [3]),
    'with factors, of a column': gemm({ alpha: 0.5, beta: 2, transB: 1 }, [2, 1]),
    'with one element for all': gemm({ beta: 3 }, [1]),
    'with a scalar': gemm({}, []),
  },
  QLinearConv: {
    'biased, a scale for each filter': quantised({
      ...{ x: [2, 3, 6, 7], filters: [4, 3, 3, 3], output: [2, 4, 3, 4], each: true, bias: true },
      attributes: { pads: [1, 1, 1, 1], strides: [2, 2] },
    }),
    'of groups, zero points of filters, dilated': quantised({
      ...{ x: [1, 4, 7, 6], filters: [6, 2, 3, 2], output: [1, 6, 5, 4], type: 'uint8', each: true },
      attributes: { group: 2, dilations: [2, 2], pads: [0, 0, 2, 0] },
    }),
    'more terms than float32 holds sums of': quantised({
      ...{ x: [1, 64, 4, 3], filters: [3, 64, 3, 3], output: [1, 3, 2, 1], type: 'uint8', bias: true },
    }),
    'one axis': quantised({ x: [2, 3, 9], filters: [4, 3, 3], output: [2, 4, 7] }),
  },
  ConvInteger: {
    auto_pad: ofIntegers({
      ...{ x: [2, 3, 6, 7], filters: [4, 3, 3, 3], output: [2, 4, 3, 4] },
      attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] },
    }),
    'of groups with more terms than float32 holds sums of': ofIntegers({
      ...{ x: [1, 100, 3, 3], filters: [4, 50, 3, 3], output: [1, 4, 1, 1], type: 'uint8' },
      attributes: { group: 2 },
    }),
  },
  MatMulInteger: { 'one part': product(200), 'several parts': product(1000) },
  GridSample: {
    ...Object.fromEntries(samplings),
    'of volumes': sampled([1, 2, 3, 4, 5], [1, 2, 3, 2, 3], { mode: 'linear', align_corners: 1 }),
  },
  RoiAlign: { 'the mean': regions('avg', 'half_pixel'), 'the largest': regions('max', 'output_half_pixel') },
  Col2Im: {
    'blocks that overlap': folded([2, 18, 12], [5, 6], [3, 3], [2, 2, 5, 6], {}),
    'strides, dilations and pads': folded([1, 12, 4], [5, 7], [2, 2], [1, 3, 5, 7], {
      ...{ strides: [2, 3], dilations: [2, 2], pads: [1, 0, 0, 1] },
    }),
  },
  Det: { 'of three rows': ofOne('Det', [2, 3, 3], [2]), 'of four rows': ofOne('Det', [3, 4, 4], [3]) },
  MaxUnpool: { 'what MaxPool found': unpooled },
  Attention: {
    'queries that share keys': attention(inHeads),
    'causal, capped': attention({ ...inHeads, attributes: { is_causal: 1, softcap: 0.75 } }),
    'heads in one axis, scaled': attention({
      ...flat,
      attributes: { q_num_heads: 4, kv_num_heads: 2, scale: 0.3 },
    }),
    'a choice of keys': attention({ ...inHeads, mask: choice([3, 5]) }),
    'a bias for each head': attention({ ...inHeads, mask: tensor([4, 3, 5]), attributes: { is_causal: 1 } }),
  },
  RotaryEmbedding: {
    halves: rotated([2, 3, 4, 8], {}, 4),
    'neighbours, of a part': rotated([2, 3, 4, 8], { interleaved: 1, rotary_embedding_dim: 4 }, 2),
    'heads in one axis': rotated([2, 4, 24], { num_heads: 3 }, 4),
  },
};

describe.each(Object.entries(cases))('%s', (_, group) => {
  test.each(Object.entries(group))('%s', async (_, each) => expectAgreement(each));
});
