/** 4-bit tensors, against ONNX Runtime's own kernels on the file. */
import { expect, it } from 'vitest';
import type { Tensor } from '../../../model/graph.js';
import { proto } from '../../../model/import/proto.js';
import { readModel } from '../../../model/import/read-model.js';
import { writeModel } from '../../../model/import/write-model.js';
import { observe } from '../../../model/normalise/observe.js';
import { altered, floats, model } from '../models.js';

const { DataLocation } = proto.TensorProto;
/** 5 × 3 of them: the last byte is half empty. */
const bytes = [0x21, 0x43, 0x65, 0x87, 0xa9, 0xcb, 0xed, 0x0f];
const values = { int4: [1, 2, 3, 4, 5, 6, 7, -8, -7, -6, -5, -4, -3, -2, -1], uint4: [] as number[] };
values.uint4 = values.int4.map((value) => value & 15);
const x = floats([0.5, -1, 2, 0.25, 3], [1, 5]);

type Kind = keyof typeof values;

/** x times the dequantised weights. @param how the weights are stored */
function fileOf(kind: Kind, how: 'raw' | 'typed' | 'constant' | 'external'): Uint8Array {
  const own: Tensor = { type: 'int8', shape: [5, 3], data: new Int8Array(15) };
  const plain = model((graph) => {
    graph.input('x', [1, 5]);
    const [w, scale] = [graph.constant('w', own), graph.constant('scale', floats([0.5, 0.25, 2]))];
    const zero = graph.constant('zero', { type: 'int8', shape: [3], data: new Int8Array(3) });
    const weights = graph.node('DequantizeLinear', [w, scale, zero], { axis: 1 });
    graph.node('MatMul', ['x', weights], {}, ['y']);
    graph.output('y', [1, 3]);
  });
  return altered(plain, (decoded) => {
    decoded.opsetImport = [{ domain: '', version: 21 }];
    decoded.irVersion = 10;
    const dataType = kind === 'int4' ? 22 : 21;
    const [w, , zero] = decoded.graph?.initializer ?? [];
    Object.assign(zero ?? {}, { dataType, rawData: Uint8Array.of(0x21, 0x03) });
    Object.assign(w ?? {}, { dataType, rawData: Uint8Array.from(bytes) });
    if (how === 'typed') Object.assign(w ?? {}, { rawData: null, int32Data: bytes });
    if (how === 'external') {
      const externalData = [{ key: 'location', value: 'w.bin' }];
      Object.assign(w ?? {}, { rawData: null, dataLocation: DataLocation.EXTERNAL, externalData });
    }
    if (how === 'constant' && decoded.graph && w) {
      const type = proto.AttributeProto.AttributeType.TENSOR;
      const attribute = [{ name: 'value', type, t: w }];
      decoded.graph.node?.unshift({ name: 'c', opType: 'Constant', output: ['w'], attribute });
      decoded.graph.initializer = decoded.graph.initializer?.filter((each) => each !== w) ?? [];
    }
  });
}

const external = () => Uint8Array.from(bytes);

it.each([
  ['int4', 'raw'],
  ['uint4', 'raw'],
  ['int4', 'typed'],
  ['int4', 'constant'],
] as const)('%s in a %s field compute what ONNX Runtime’s own kernel computes', async (kind, how) => {
  const file = fileOf(kind, how);
  const { name, opset, nodes, initialisers } = readModel(file, 'test');
  const written = writeModel({
    name,
    opset,
    inputs: [{ name: 'x', type: 'float32', shape: [1, 5] }],
    outputs: [{ name: 'y' }],
    nodes: nodes.map((node) => node.proto),
    weights: Object.fromEntries(initialisers),
  });
  const [own, kernel] = await Promise.all([written, file].map((each) => observe(each, { x }, ['y'])));
  expect(Array.from(own?.data.y?.data ?? [], Number)).toEqual(Array.from(kernel?.data.y?.data ?? [], Number));
});

it.each(['int4', 'uint4'] as const)('%s in another file have their values', (kind) => {
  const { initialisers } = readModel(fileOf(kind, 'external'), 'test', external);
  const found = initialisers.get('w');
  expect(found?.type).toBe(kind === 'int4' ? 'int8' : 'uint8');
  expect(Array.from(found?.data ?? [], Number)).toEqual(values[kind]);
});

it('refuses to round to 4 bits, and data that does not fit the shape', () => {
  const rounding = altered(fileOf('int4', 'raw'), ({ graph }) => {
    const node = { name: 'q', opType: 'QuantizeLinear', input: ['x', 'scale', 'zero'], output: ['q'] };
    graph?.node?.unshift(node);
  });
  expect(() => readModel(rounding, 'test')).toThrow(/node q \(QuantizeLinear\) rounds to 4 bits/);
  const short = altered(fileOf('int4', 'raw'), ({ graph }) => {
    Object.assign(graph?.initializer?.[0] ?? {}, { rawData: Uint8Array.from(bytes.slice(1)) });
  });
  expect(() => readModel(short, 'test')).toThrow(/initialiser w has data for 7 elements/);
});
