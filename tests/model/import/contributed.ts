/** Models of one contributed operator, whose decomposition is held against ONNX Runtime's own kernel. */
import { expect } from 'vitest';
import type { GraphBuilder } from '../../../model/builder.js';
import { type DataType, elementCount, type Tensor } from '../../../model/graph.js';
import { readModel } from '../../../model/import/read-model.js';
import { writeModel } from '../../../model/import/write-model.js';
import { observe } from '../../../model/normalise/observe.js';
import { uniform } from '../../../model/random.js';
import { altered, model } from '../models.js';

export const drawn = (name: string, shape: readonly number[], low = -1, high = 1): Tensor => ({
  type: 'float32',
  shape,
  data: uniform(0, name, elementCount(shape), low, high),
});
/** Signed ones have 7 bits: without VNNI, ONNX Runtime's kernels saturate the sum of two products at 16 bits. */
export const bytesOf = (name: string, shape: readonly number[], type: 'int8' | 'uint8' = 'int8'): Tensor => {
  const values = uniform(0, name, elementCount(shape), type === 'int8' ? -63 : 0, type === 'int8' ? 63 : 255);
  return { type, shape, data: type === 'int8' ? Int8Array.from(values) : Uint8Array.from(values) };
};

export interface Case {
  readonly title: string;
  readonly operator: string;
  readonly input: Tensor;
  readonly constants: Readonly<Record<string, Tensor>>;
  /** Names of constants, `x`, and '' for an omitted input. */
  readonly inputs: readonly string[];
  readonly attributes?: Parameters<GraphBuilder['node']>[2];
  /** Shapes of further outputs of the graph. */
  readonly outputs?: Readonly<Record<string, readonly number[]>>;
  /** Of outputs that are not float32. */
  readonly types?: Readonly<Record<string, DataType>>;
  /** Outputs of the node behind `y`; '' for an omitted one. */
  readonly outputNames?: readonly string[];
  readonly opset?: number;
  readonly domain?: string;
  readonly shape: readonly number[];
  readonly within?: number;
}

export function fileOf(one: Case): Uint8Array {
  const { operator, input, constants, inputs, attributes = {}, shape, outputs = {}, opset, domain } = one;
  const plain = model((graph) => {
    graph.input('x', input.shape, input.type);
    const used = Object.entries(constants).filter(([name]) => inputs.includes(name));
    for (const [name, tensor] of used) graph.constant(name, tensor);
    graph.node(operator, inputs, attributes, ['y', ...(one.outputNames ?? [])]);
    for (const [name, own] of Object.entries({ y: shape, ...outputs })) {
      graph.output(name, own, one.types?.[name] ?? 'float32');
    }
  });
  return altered(plain, (decoded) => {
    const version = opset ?? Number(decoded.opsetImport?.[0]?.version);
    decoded.opsetImport = [
      { domain: '', version },
      { domain: 'com.microsoft', version: 1 },
    ];
    Object.assign(decoded.graph?.node?.[0] ?? {}, { domain: domain ?? 'com.microsoft' });
  });
}

/** Whether the decomposition computes what the kernel computes. */
export async function expectAgreement(one: Case): Promise<void> {
  const file = fileOf(one);
  const { name, opset, nodes, initialisers } = readModel(file, 'test');
  expect(nodes.length).toBeGreaterThan(1);
  const shapes = { y: one.shape, ...one.outputs };
  const names = Object.keys(shapes);
  const written = writeModel({
    name,
    opset,
    inputs: [{ name: 'x', type: one.input.type, shape: [...one.input.shape] }],
    outputs: names.map((output) => ({ name: output })),
    nodes: nodes.map(({ proto }) => proto),
    weights: Object.fromEntries(initialisers),
  });
  const seen = await Promise.all([written, file].map((each) => observe(each, { x: one.input }, names)));
  for (const [output, shape] of Object.entries(shapes)) {
    const [own = [], kernel = []] = seen.map(({ data }) => Array.from(data[output]?.data ?? [], Number));
    const size = Math.hypot(...kernel);
    const apart = Math.hypot(...kernel.map((value, index) => value - (own[index] ?? Number.NaN)));
    expect(kernel.length).toBe(elementCount(shape));
    expect(size).toBeGreaterThan(0.1);
    expect(apart / size).toBeLessThan(one.within ?? 1e-5);
  }
}
