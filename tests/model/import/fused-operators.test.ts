/** Decompositions of the operators that ONNX Runtime's optimiser fuses, against the runtime's own kernels. */
import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../../../model/builder.js';
import { elementCount, type Tensor } from '../../../model/graph.js';
import { readModel } from '../../../model/import/read-model.js';
import { writeModel } from '../../../model/import/write-model.js';
import { observe } from '../../../model/normalise/observe.js';
import { uniform } from '../../../model/random.js';
import { altered, floats, model } from '../models.js';

const drawn = (name: string, shape: readonly number[], low = -1, high = 1): Tensor => ({
  type: 'float32',
  shape,
  data: uniform(0, name, elementCount(shape), low, high),
});
/** Signed ones have 7 bits: without VNNI, ONNX Runtime's kernels saturate the sum of two products at 16 bits. */
const bytesOf = (name: string, shape: readonly number[], type: 'int8' | 'uint8' = 'int8'): Tensor => {
  const values = uniform(0, name, elementCount(shape), type === 'int8' ? -63 : 0, type === 'int8' ? 63 : 255);
  return { type, shape, data: type === 'int8' ? Int8Array.from(values) : Uint8Array.from(values) };
};
const x = drawn('x', [2, 3, 5, 5], -3, 3);
const rows = drawn('rows', [4, 6], -3, 3);
const sequence = drawn('sequence', [7, 2, 5]);

interface Case {
  readonly title: string;
  readonly operator: string;
  readonly input: Tensor;
  readonly constants: Readonly<Record<string, Tensor>>;
  /** Names of constants, `x`, and '' for an omitted input. */
  readonly inputs: readonly string[];
  readonly attributes?: Parameters<GraphBuilder['node']>[2];
  readonly outputs?: Readonly<Record<string, readonly number[]>>;
  readonly shape: readonly number[];
  readonly within?: number;
}

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

const cases: readonly Case[] = [
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

function fileOf({ operator, input, constants, inputs, attributes = {}, shape }: Case): Uint8Array {
  const plain = model((graph) => {
    graph.input('x', input.shape, input.type);
    const used = Object.entries(constants).filter(([name]) => inputs.includes(name));
    for (const [name, tensor] of used) graph.constant(name, tensor);
    graph.output(graph.node(operator, inputs, attributes, ['y']), shape);
  });
  return altered(plain, (decoded) => {
    decoded.opsetImport?.push({ domain: 'com.microsoft', version: 1 });
    Object.assign(decoded.graph?.node?.[0] ?? {}, { domain: 'com.microsoft' });
  });
}

describe.each(cases)('$operator $title', (one) => {
  it('computes what ONNX Runtime’s own kernel computes', async () => {
    const file = fileOf(one);
    const { name, opset, nodes, initialisers } = readModel(file, 'test');
    expect(nodes.length).toBeGreaterThan(1);
    const written = writeModel({
      name,
      opset,
      inputs: [{ name: 'x', type: one.input.type, shape: [...one.input.shape] }],
      outputs: [{ name: 'y' }],
      nodes: nodes.map(({ proto }) => proto),
      weights: Object.fromEntries(initialisers),
    });
    const seen = await Promise.all([written, file].map((each) => observe(each, { x: one.input }, ['y'])));
    const [own, kernel] = seen.map(({ data }) => Array.from(data.y?.data ?? [], Number));
    const size = Math.hypot(...(kernel ?? []));
    const apart = Math.hypot(...(kernel ?? []).map((value, index) => value - (own?.[index] ?? Number.NaN)));
    expect(kernel?.length).toBe(elementCount(one.shape));
    expect(size).toBeGreaterThan(0.1);
    expect(apart / size).toBeLessThan(one.within ?? 1e-5);
  });
});

it('rejects attributes that it cannot decompose', () => {
  const [plain] = cases.filter(({ operator }) => operator === 'FusedMatMul');
  if (!plain) throw new Error('there is no FusedMatMul case');
  const transposed: Case = { ...plain, attributes: { transB: 1 } };
  expect(() => readModel(fileOf(transposed), 'test')).toThrow(
    /\(FusedMatMul\) has attribute transB = 1, which is not supported/,
  );
  const unknown: Case = { ...plain, operator: 'FusedGemm', attributes: { activation: 'Snake' } };
  expect(() => readModel(fileOf(unknown), 'test')).toThrow(/has activation Snake, which is not supported/);
  const withoutAlpha: Case = { ...plain, operator: 'FusedGemm', attributes: { activation: 'LeakyRelu' } };
  expect(() => readModel(fileOf(withoutAlpha), 'test')).toThrow(/activation LeakyRelu with 0 parameters/);
});
