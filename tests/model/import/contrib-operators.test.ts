import { expect, it } from 'vitest';
import type { GraphBuilder } from '../../../model/builder.js';
import type { Tensor } from '../../../model/graph.js';
import { readModel } from '../../../model/import/read-model.js';
import { writeModel } from '../../../model/import/write-model.js';
import { observe } from '../../../model/normalise/observe.js';
import { altered, floats, model } from '../models.js';

/** Every other number from 0 to 255. */
const bytes = (shape: readonly number[], step: number): Tensor => ({
  type: 'uint8',
  shape,
  data: Uint8Array.from({ length: shape.reduce((a, b) => a * b) }, (_, index) => (index * step) % 256),
});
const inputs = { a: bytes([1, 2, 4, 4], 37), b: bytes([1, 2, 4, 4], 91) };

interface Case {
  readonly operator: string;
  readonly inputs: (scaled: Scaled) => readonly string[];
  readonly attributes?: Parameters<GraphBuilder['node']>[2];
  readonly shape?: readonly number[];
}
/** Names of a tensor, its scale and its zero point; without the tensor where its name is ''. */
type Scaled = (tensor: string, scale: number, zero: number) => readonly string[];

const cases: readonly Case[] = [
  {
    operator: 'QLinearAdd',
    inputs: (of) => [...of('a', 0.02, 128), ...of('b', 0.05, 3), ...of('', 0.06, 97)],
  },
  {
    operator: 'QLinearMul',
    inputs: (of) => [...of('a', 0.02, 128), ...of('b', 0.05, 3), ...of('', 0.3, 97)],
  },
  { operator: 'QLinearSigmoid', inputs: (of) => [...of('a', 0.05, 120), ...of('', 1 / 256, 0)] },
  {
    operator: 'QLinearLeakyRelu',
    inputs: (of) => [...of('a', 0.05, 120), ...of('', 0.04, 30)],
    attributes: { alpha: 0.25 },
  },
  {
    operator: 'QLinearSoftmax',
    inputs: (of) => [...of('a', 0.02, 120), ...of('', 1 / 256, 0)],
    attributes: { axis: 3, opset: 17 },
  },
  {
    operator: 'QLinearGlobalAveragePool',
    inputs: (of) => [...of('a', 0.05, 120), ...of('', 0.03, 128)],
    attributes: { channels_last: 0 },
    shape: [1, 2, 1, 1],
  },
  {
    operator: 'QLinearAveragePool',
    inputs: (of) => [...of('a', 0.05, 120), ...of('', 0.03, 128)],
    attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] },
    shape: [1, 2, 2, 2],
  },
  {
    operator: 'QLinearConcat',
    inputs: (of) => [...of('', 0.05, 110), ...of('a', 0.05, 120), ...of('b', 0.02, 10)],
    attributes: { axis: 1 },
    shape: [1, 4, 4, 4],
  },
];

function drawn({ operator, inputs: named, attributes = {}, shape = [1, 2, 4, 4] }: Case): Uint8Array {
  const plain = model((graph) => {
    for (const name of ['a', 'b']) graph.input(name, [1, 2, 4, 4], 'uint8');
    let count = 0;
    const scaled: Scaled = (tensor, scale, zero) => {
      const own = `${count++}`;
      const point: Tensor = { type: 'uint8', shape: [], data: Uint8Array.of(zero) };
      const names = [graph.constant(`scale${own}`, floats([scale], [])), graph.constant(`zero${own}`, point)];
      return tensor === '' ? names : [tensor, ...names];
    };
    graph.output(graph.node(operator, named(scaled), attributes, ['y']), shape, 'uint8');
  });
  return altered(plain, (decoded) => {
    decoded.opsetImport?.push({ domain: 'com.microsoft', version: 1 });
    Object.assign(decoded.graph?.node?.[0] ?? {}, { domain: 'com.microsoft' });
  });
}

it.each(cases)('$operator computes what ONNX Runtime’s own kernel computes', async (one) => {
  const file = drawn(one);
  const { name, opset, nodes, initialisers } = readModel(file, 'test');
  const info = Object.entries(inputs).map(([input, { type, shape }]) => ({
    name: input,
    type,
    shape: [...shape],
  }));
  const written = writeModel({
    name,
    opset,
    inputs: info,
    outputs: [{ name: 'y' }],
    nodes: nodes.map(({ proto }) => proto),
    weights: Object.fromEntries(initialisers),
  });
  const [own, kernel] = await Promise.all([written, file].map((each) => observe(each, inputs, ['y'])));
  expect(nodes.map(({ operator }) => operator)).toContain('QuantizeLinear');
  expect(own?.values.y).toEqual(kernel?.values.y);
  const [found, wanted] = [own, kernel].map((seen) => Array.from(seen?.data.y?.data ?? [], Number));
  expect(new Set(wanted).size).toBeGreaterThan(1);
  // A tie may be rounded either way: an integer kernel cannot represent half a step.
  const apart = wanted?.map((value, index) => Math.abs(value - (found?.[index] ?? Number.NaN)));
  expect(Math.max(...(apart ?? []))).toBeLessThanOrEqual(1);
  expect(apart?.filter((difference) => difference > 0).length).toBeLessThanOrEqual(1);
});

it('accepts ONNX’s own operators under the contributed domain', () => {
  const same: Case = { operator: 'DequantizeLinear', inputs: (of) => of('a', 0.05, 120) };
  expect(readModel(drawn(same), 'test').nodes.map(({ operator }) => operator)).toEqual(['DequantizeLinear']);
});

it('rejects channels_last, and other operators of the domain', () => {
  const last: Case = {
    operator: 'QLinearGlobalAveragePool',
    inputs: (of) => [...of('a', 0.05, 120), ...of('', 0.03, 128)],
    attributes: { channels_last: 1 },
  };
  expect(() => readModel(drawn(last), 'test')).toThrow(
    /has attribute channels_last = 1, which is not supported/,
  );
  const other: Case = { operator: 'GridSample', inputs: () => ['a', 'b'] };
  expect(() => readModel(drawn(other), 'test')).toThrow(
    /\(GridSample\) has the operator domain com\.microsoft/,
  );
});
