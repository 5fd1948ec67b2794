/** Decompositions of the operators that ONNX Runtime's optimiser fuses, against the runtime's own kernels. */
import { describe, expect, it } from 'vitest';
import { elementCount, type Tensor } from '../../../model/graph.js';
import { readModel } from '../../../model/import/read-model.js';
import { altered, floats } from '../models.js';
import { bytesOf, type Case, drawn, expectAgreement, fileOf } from './contributed.js';

const x = drawn('x', [2, 3, 5, 5], -3, 3);
const rows = drawn('rows', [4, 6], -3, 3);
const sequence = drawn('sequence', [7, 2, 5]);

const filters = {
  w: drawn('w', [4, 3, 3, 3]),
  b: drawn('b', [4]),
  z: drawn('z', [2, 4, 5, 5]),
};
const convolution = { input: x, constants: filters, operator: 'FusedConv', shape: [2, 4, 5, 5] };
const activations: readonly [string, number[]][] = [
  ['Relu', []],
  ['Sigmoid', []],
  ['Tanh', []],
  ['LeakyRelu', [0.25]],
  ['HardSigmoid', [0.2, 0.5]],
  ['Clip', [-0.5, 1.5]],
];
const products = {
  m: drawn('m', [6, 3]),
  q: bytesOf('q', [6, 3]),
  scale: floats([0.02], []),
  columns: floats([0.02, 0.01, 0.03]),
  zero: { type: 'int8', shape: [], data: Int8Array.of(3) },
  zeros: { type: 'int8', shape: [3], data: Int8Array.of(3, 0, -5) },
  bias: drawn('bias', [3]),
  six: drawn('six', [6]),
} as const;
const lstm = (directions: number, perColumn: boolean) => {
  const shape = perColumn ? [directions, 16] : [directions];
  return {
    w: bytesOf('lstm.w', [directions, 5, 16]),
    r: bytesOf('lstm.r', [directions, 4, 16]),
    b: drawn('lstm.b', [directions, 32]),
    wScale: drawn('lstm.ws', shape, 0.004, 0.005),
    rScale: drawn('lstm.rs', shape, 0.004, 0.005),
    zeros: { type: 'int8', shape, data: new Int8Array(elementCount(shape)) },
  } as const;
};
const lstmInputs = ['x', 'w', 'r', 'b', '', '', '', '', 'wScale', 'zeros', 'rScale', 'zeros'];

/** Random bytes, in which 4-bit and 8-bit weights are packed. */
const packedWeights = {
  a: bytesOf('packed', [5, 3, 8], 'uint8'),
  wide: bytesOf('packed.wide', [5, 3, 16], 'uint8'),
  scales: drawn('packed.scales', [15], 0.05, 0.1),
  zeroPoints: bytesOf('packed.zeros', [10], 'uint8'),
  floatZeroPoints: drawn('packed.float', [15], 6, 9),
  bias: drawn('packed.bias', [5]),
};
const packed = {
  operator: 'MatMulNBits',
  input: drawn('factor', [2, 4, 40]),
  constants: packedWeights,
  attributes: { N: 5, K: 40, bits: 4, block_size: 16 },
  shape: [2, 4, 5],
};
const hiddenStates = drawn('states', [2, 3, 8], -2, 2);
const normalised = {
  skip: drawn('skip', [2, 3, 8]),
  scale: drawn('norm.scale', [8], 0.5, 1.5),
  shift: drawn('norm.shift', [8]),
  bias: drawn('norm.bias', [8]),
};
const ids: Tensor = { type: 'int32', shape: [2, 3], data: Int32Array.of(4, 0, 2, 1, 3, 3) };
const embedding = {
  ...normalised,
  words: drawn('words', [5, 8]),
  places: drawn('places', [6, 8]),
  segments: { type: 'int32', shape: [2, 3], data: Int32Array.of(0, 0, 1, 0, 1, 1) },
  ofSegments: drawn('segments', [2, 8]),
  mask: { type: 'int32', shape: [2, 3], data: Int32Array.of(1, 1, 1, 1, 1, 0) },
  positions: { type: 'int32', shape: [2, 3], data: Int32Array.of(5, 1, 0, 2, 2, 4) },
} as const;
const embed = { operator: 'EmbedLayerNormalization', input: ids, constants: embedding, shape: [2, 3, 8] };
/** Old operator sets have neither LayerNormalization nor axes that are inputs. */
const opsets = [12, 17, 21];

const cases: readonly Case[] = [
  ...opsets.flatMap((opset): Case[] => [
    {
      title: `with a bias and the sum as an output, operator set ${opset}`,
      operator: 'SkipLayerNormalization',
      input: hiddenStates,
      constants: normalised,
      inputs: ['x', 'skip', 'scale', 'shift', 'bias'],
      attributes: { epsilon: 0.01 },
      outputNames: ['', '', 'sum'],
      outputs: { sum: [2, 3, 8] },
      shape: [2, 3, 8],
      opset,
    },
    {
      title: `with the sum as an output, operator set ${opset}`,
      operator: 'SkipSimplifiedLayerNormalization',
      input: hiddenStates,
      constants: normalised,
      inputs: ['x', 'skip', 'scale'],
      outputNames: ['', '', 'sum'],
      outputs: { sum: [2, 3, 8] },
      shape: [2, 3, 8],
      opset,
    },
    {
      ...embed,
      title: `with segments and a mask, operator set ${opset}`,
      inputs: ['x', 'segments', 'words', 'places', 'ofSegments', 'scale', 'shift', 'mask'],
      outputNames: ['lengths'],
      outputs: { lengths: [2] },
      types: { lengths: 'int32' },
      opset,
    },
  ]),
  {
    ...embed,
    title: 'with positions',
    inputs: ['x', '', 'words', 'places', '', 'scale', 'shift', '', 'positions'],
    outputNames: ['', 'sum'],
    outputs: { sum: [2, 3, 8] },
  },
  {
    title: 'with a bias',
    operator: 'SkipSimplifiedLayerNormalization',
    input: hiddenStates,
    constants: normalised,
    inputs: ['x', 'skip', 'scale', 'bias'],
    shape: [2, 3, 8],
  },
  {
    title: 'without a shift',
    operator: 'SkipLayerNormalization',
    input: hiddenStates,
    constants: normalised,
    inputs: ['x', 'skip', 'scale'],
    shape: [2, 3, 8],
  },
  { ...packed, title: 'of 4 bits, with a short last block', inputs: ['x', 'a', 'scales'] },
  {
    ...packed,
    title: 'with packed zero points and a bias',
    inputs: ['x', 'a', 'scales', 'zeroPoints', '', 'bias'],
  },
  {
    ...packed,
    title: 'with zero points in floating point',
    inputs: ['x', 'a', 'scales', 'floatZeroPoints'],
  },
  {
    ...packed,
    title: 'of 8 bits',
    inputs: ['x', 'wide', 'scales'],
    attributes: { ...packed.attributes, bits: 8 },
  },
  {
    ...packed,
    title: 'whose first factor may be rounded',
    inputs: ['x', 'a', 'scales'],
    attributes: { ...packed.attributes, accuracy_level: 4 },
    within: 1.3e-2,
  },
  {
    title: 'of two scales',
    operator: 'QLinearWhere',
    input: bytesOf('bytes', [4, 6], 'uint8'),
    constants: {
      condition: { type: 'bool', shape: [6], data: Uint8Array.of(1, 0, 0, 1, 1, 0) },
      other: bytesOf('others', [4, 6], 'uint8'),
      one: floats([0.02], []),
      two: floats([0.05], []),
      point: { type: 'uint8', shape: [], data: Uint8Array.of(100) },
    },
    inputs: ['condition', 'x', 'one', 'point', 'other', 'two', 'point', 'two', 'point'],
    types: { y: 'uint8' },
    shape: [4, 6],
  },
  ...['LayerNormalization', 'SimplifiedLayerNormalization'].map(
    (operator): Case => ({
      title: 'in the domain of ONNX, operator set 13',
      operator,
      domain: '',
      input: hiddenStates,
      constants: normalised,
      inputs: ['x', 'scale'],
      attributes: { axis: 2, epsilon: 0.02 },
      shape: [2, 3, 8],
      opset: 13,
    }),
  ),
  ...(['transA', 'transB'] as const).map(
    (name): Case => ({
      title: `with ${name}`,
      operator: 'FusedMatMul',
      input: name === 'transA' ? drawn('columns', [2, 6, 4]) : drawn('rows', [2, 4, 6]),
      constants: { m: name === 'transA' ? drawn('m', [6, 3]) : drawn('m', [2, 3, 6]) },
      inputs: ['x', 'm'],
      attributes: { alpha: 0.3, [name]: 1 },
      shape: [2, 4, 3],
    }),
  ),
  ...activations.map(
    ([activation, parameters]): Case => ({
      ...convolution,
      title: `with ${activation}`,
      inputs: ['x', 'w', 'b'],
      attributes: {
        kernel_shape: [3, 3],
        pads: [1, 1, 1, 1],
        activation,
        ...(parameters.length > 0 ? { activation_params: parameters } : {}),
      },
    }),
  ),
  {
    ...convolution,
    title: 'with a sum before the activation',
    inputs: ['x', 'w', 'b', 'z'],
    attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], activation: 'Relu' },
  },
  ...(
    [
      ['Relu', {}],
      ['LeakyRelu', { activation_alpha: 0.25 }],
    ] as const
  ).map(
    ([activation, more]): Case => ({
      title: `with ${activation}`,
      operator: 'FusedGemm',
      input: rows,
      constants: products,
      inputs: ['x', 'm', 'bias'],
      attributes: { alpha: 0.5, beta: 1.5, activation, ...more },
      shape: [4, 3],
    }),
  ),
  {
    title: 'with alpha',
    operator: 'FusedMatMul',
    input: rows,
    constants: products,
    inputs: ['x', 'm'],
    attributes: { alpha: 0.3 },
    shape: [4, 3],
  },
  ...['Gelu', 'FastGelu', 'QuickGelu'].map(
    (operator): Case => ({
      title: 'alone',
      operator,
      input: rows,
      constants: {},
      inputs: ['x'],
      shape: [4, 6],
    }),
  ),
  ...['BiasGelu', 'FastGelu'].map(
    (operator): Case => ({
      title: 'with a bias',
      operator,
      input: rows,
      constants: products,
      inputs: ['x', 'six'],
      shape: [4, 6],
    }),
  ),
  ...(
    [
      ['one scale', 'scale', 'zero', ''],
      ['a scale for each column', 'columns', '', 'bias'],
    ] as const
  ).map(
    ([title, scale, zero, bias]): Case => ({
      title: `with ${title}`,
      operator: 'DynamicQuantizeMatMul',
      input: rows,
      constants: products,
      inputs: ['x', 'q', scale, zero, bias],
      shape: [4, 3],
    }),
  ),
  {
    title: 'with zero points on both sides',
    operator: 'MatMulIntegerToFloat',
    input: bytesOf('bytes', [4, 6], 'uint8'),
    constants: { ...products, middle: { type: 'uint8', shape: [], data: Uint8Array.of(120) } },
    inputs: ['x', 'q', 'scale', 'columns', 'middle', 'zeros', 'bias'],
    shape: [4, 3],
  },
  ...[false, true].map(
    (isQuantised): Case => ({
      title: isQuantised ? 'with a scale for each column and a quantised result' : 'in floating point',
      operator: 'QGemm',
      input: bytesOf('bytes', [4, 6], 'uint8'),
      constants: {
        ...products,
        turned: bytesOf('turned', [3, 6]),
        middle: { type: 'uint8', shape: [], data: Uint8Array.of(120) },
        sums: { type: 'int32', shape: [3], data: Int32Array.of(300, -200, 5000) },
        coarse: floats([2.5], []),
      },
      inputs: [
        ...['x', 'scale', 'middle', 'turned', isQuantised ? 'columns' : 'scale'],
        ...[isQuantised ? 'zeros' : 'zero', 'sums', ...(isQuantised ? ['coarse', 'middle'] : [])],
      ],
      attributes: { alpha: 0.7, transB: 1 },
      ...(isQuantised ? { types: { y: 'uint8' } } : {}),
      shape: [4, 3],
      // A value between two steps may be rounded to either.
      within: isQuantised ? 1e-2 : 1e-5,
    }),
  ),
  ...([1, 2] as const).flatMap((directions) =>
    [false, true].map(
      (perColumn): Case => ({
        title: `in ${directions} direction(s), a scale for each ${perColumn ? 'column' : 'direction'}`,
        operator: 'DynamicQuantizeLSTM',
        input: sequence,
        constants: lstm(directions, perColumn),
        inputs: lstmInputs,
        attributes: { hidden_size: 4, ...(directions === 2 ? { direction: 'bidirectional' } : {}) },
        shape: [7, directions, 2, 4],
        // The kernel rounds the inputs to 8 bits.
        within: 2e-2,
      }),
    ),
  ),
];

describe.each(cases)('$operator $title', (one) => {
  it('computes what ONNX Runtime’s own kernel computes', () => expectAgreement(one));
});

it('rejects attributes that it cannot decompose', () => {
  const [plain] = cases.filter(({ operator }) => operator === 'FusedMatMul');
  if (!plain) throw new Error('there is no FusedMatMul case');
  const transposed: Case = { ...plain, attributes: { transBatchA: 1 } };
  expect(() => readModel(fileOf(transposed), 'test')).toThrow(
    /\(FusedMatMul\) has attribute transBatchA = 1, which is not supported/,
  );
  const withoutRank = altered(fileOf({ ...plain, attributes: { transA: 1 } }), ({ graph }) => {
    Object.assign(graph?.input?.[0]?.type?.tensorType ?? {}, { shape: null });
  });
  expect(() => readModel(withoutRank, 'test')).toThrow(/has attribute transA = 1, which is not supported/);
  const unknown: Case = { ...plain, operator: 'FusedGemm', attributes: { activation: 'Snake' } };
  expect(() => readModel(fileOf(unknown), 'test')).toThrow(/has activation Snake, which is not supported/);
  const withoutAlpha: Case = { ...plain, operator: 'FusedGemm', attributes: { activation: 'LeakyRelu' } };
  expect(() => readModel(fileOf(withoutAlpha), 'test')).toThrow(/activation LeakyRelu with 0 parameters/);
});
