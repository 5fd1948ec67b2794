/** Decompositions of fused attention, against ONNX Runtime's own kernels. */
import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../model/graph.js';
import { readModel } from '../../../model/import/read-model.js';
import { altered, floats } from '../models.js';
import { bytesOf, type Case, drawn, expectAgreement, fileOf } from './contributed.js';

const int32 = (values: readonly number[], shape: readonly number[]): Tensor => ({
  type: 'int32',
  shape,
  data: Int32Array.from(values),
});
/** Two rows of three steps of eight values, two heads of four. */
const states = drawn('states', [2, 3, 8], -2, 2);
const constants = {
  weights: drawn('weights', [8, 24]),
  bias: drawn('bias', [24]),
  key: drawn('key', [2, 5, 8]),
  value: drawn('value', [2, 5, 8]),
  splitKey: drawn('split.key', [2, 2, 5, 4]),
  splitValue: drawn('split.value', [2, 2, 5, 4]),
  lengths: int32([3, 2], [2]),
  kept: int32([1, 1, 1, 1, 0, 1], [2, 3]),
  keptOfFive: int32([1, 1, 1, 1, 0, 1, 0, 0, 1, 1], [2, 5]),
  keptOfEach: int32([1, 0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 0, 0, 1], [2, 3, 3]),
  past: drawn('past', [2, 2, 2, 4, 4]),
  pastKey: drawn('past.key', [2, 2, 4, 4]),
  pastValue: drawn('past.value', [2, 2, 4, 4]),
  added: drawn('added', [2, 2, 3, 3]),
} as const;
const attention = {
  operator: 'Attention',
  input: states,
  constants,
  inputs: ['x', 'weights', 'bias'],
  attributes: { num_heads: 2 },
  shape: [2, 3, 8],
};
const multiHead = { ...attention, operator: 'MultiHeadAttention', inputs: ['x', 'key', 'value'] };
const quantised = {
  ...attention,
  operator: 'QAttention',
  input: bytesOf('bytes', [2, 3, 8], 'uint8'),
  constants: {
    ...constants,
    quantised: bytesOf('quantised', [8, 24]),
    xScale: floats([0.02], []),
    scale: floats([0.015], []),
    middle: { type: 'uint8', shape: [], data: Uint8Array.of(120) },
    zero: { type: 'int8', shape: [], data: Int8Array.of(0) },
  },
  inputs: ['x', 'quantised', 'bias', 'xScale', 'scale', '', 'middle', 'zero'],
} as const;

const cases: readonly Case[] = [
  ...[11, 17, 21].flatMap((opset): Case[] => [
    {
      ...attention,
      title: `with lengths, operator set ${opset}`,
      inputs: [...attention.inputs, 'lengths'],
      opset,
    },
    {
      ...attention,
      title: `with a mask, operator set ${opset}`,
      inputs: [...attention.inputs, 'kept'],
      opset,
    },
    {
      ...attention,
      title: `causal, with a cache, operator set ${opset}`,
      inputs: [...attention.inputs, '', 'past'],
      attributes: { num_heads: 2, unidirectional: 1 },
      outputNames: ['present'],
      outputs: { present: [2, 2, 2, 7, 4] },
      opset,
    },
  ]),
  { ...attention, title: 'alone' },
  {
    ...attention,
    title: 'with a mask for each step, a filter and a scale',
    inputs: [...attention.inputs, 'keptOfEach'],
    attributes: { num_heads: 2, mask_filter_value: -2.5, scale: 0.3 },
  },
  { ...attention, title: 'with a bias of its scores', inputs: [...attention.inputs, '', '', 'added'] },
  {
    ...attention,
    title: 'with values of another size',
    constants: { ...constants, weights: drawn('narrow', [8, 20]), bias: drawn('narrow.bias', [20]) },
    attributes: { num_heads: 2, qkv_hidden_sizes: [8, 8, 4] },
    shape: [2, 3, 4],
  },
  { ...multiHead, title: 'of another sequence' },
  {
    ...multiHead,
    title: 'with biases and a mask',
    inputs: ['x', 'key', 'value', 'bias', 'keptOfFive'],
  },
  {
    ...multiHead,
    title: 'with values of another size',
    constants: { ...constants, value: drawn('narrow.value', [2, 5, 4]), bias: drawn('narrow.bias', [20]) },
    inputs: ['x', 'key', 'value', 'bias'],
    shape: [2, 3, 4],
  },
  { ...multiHead, title: 'of heads that are apart', inputs: ['x', 'splitKey', 'splitValue'] },
  {
    ...multiHead,
    title: 'causal, with a cache',
    inputs: ['x', 'x', 'x', '', '', '', 'pastKey', 'pastValue'],
    attributes: { num_heads: 2, unidirectional: 1 },
    outputNames: ['presentKey', 'presentValue'],
    outputs: { presentKey: [2, 2, 7, 4], presentValue: [2, 2, 7, 4] },
  },
  { ...quantised, title: 'alone' },
  {
    ...quantised,
    title: 'causal, with lengths',
    inputs: ['x', 'quantised', 'bias', 'xScale', 'scale', 'lengths', 'middle', 'zero'],
    attributes: { num_heads: 2, unidirectional: 1 },
  },
];

describe.each(cases)('$operator $title', (one) => {
  it('computes what ONNX Runtime’s own kernel computes', () => expectAgreement(one));
});

describe('a mask whose shape is not declared', () => {
  const masked: Case = { ...attention, title: '', inputs: [...attention.inputs, 'mask'] };
  const made = (operator: string, attributes: Readonly<Record<string, number>>) =>
    altered(fileOf(masked), ({ graph }) => {
      graph?.input?.push({
        name: 'given',
        type: { tensorType: { elemType: 7, shape: { dim: [{ dimValue: 2 }, { dimValue: 3 }] } } },
      });
      graph?.node?.unshift({
        opType: operator,
        input: ['given'],
        output: ['mask'],
        attribute: Object.entries(attributes).map(([name, i]) => ({ name, type: 2, i })),
      });
    });

  it('has the rank of what it is cast from', () => {
    const { nodes } = readModel(made('Cast', { to: 6 }), 'test');
    expect(nodes.map(({ operator }) => operator)).toContain('Greater');
  });

  it('is refused where nothing says its rank', () => {
    expect(() => readModel(made('Abs', {}), 'test')).toThrow(
      /\(Attention\) has a mask of undeclared shape, which is not supported/,
    );
  });
});

it('refuses what it cannot decompose', () => {
  const refused = (one: Case) => () => readModel(fileOf(one), 'test');
  expect(refused({ ...multiHead, title: '', inputs: ['x'] })).toThrow(
    /has query, key and value in one input, which is not supported/,
  );
  expect(refused({ ...attention, title: '', attributes: { num_heads: 2, do_rotary: 1 } })).toThrow(
    /has attribute do_rotary = 1, which is not supported/,
  );
  const begins = { ...constants, lengths: int32([3, 2, 0, 1], [4]) };
  const both: Case = { ...attention, title: '', constants: begins, inputs: [...attention.inputs, 'lengths'] };
  expect(refused(both)).toThrow(/has a mask of 4 values for a batch of 2, which is not supported/);
});
