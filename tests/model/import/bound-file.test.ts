/** A user's file for a runtime that reads ONNX itself: nothing changes but what has to. */
import { describe, expect, it } from 'vitest';
import type { Tensors } from '../../../model/graph.js';
import { boundFile } from '../../../model/import/bound-file.js';
import { type ModelProto, proto } from '../../../model/import/proto.js';
import { observe } from '../../../model/normalise/observe.js';
import { altered, floats, integers, model } from '../models.js';

const { EXTERNAL } = proto.TensorProto.DataLocation;
const { TENSOR, GRAPH } = proto.AttributeProto.AttributeType;
const { FLOAT } = proto.TensorProto.DataType;

const neverRead = () => expect.fail('was read');
const fixed = { inputs: [{ name: 'x', type: 'float32' as const, shape: [2] }], constants: {} };
const plain = model((graph) => {
  const x = graph.input('x', [2]);
  graph.output(graph.node('Add', [x, graph.constant('w', floats([1, 2]))], {}, ['y']), [2]);
});
const inputsOf = (bytes: Uint8Array) =>
  (proto.ModelProto.decode(bytes).graph?.input ?? []).map(({ name, type }) => [
    name,
    type?.tensorType?.shape?.dim?.map(({ dimValue, dimParam }) => dimParam || Number(String(dimValue))),
  ]);
const dynamic = altered(plain, ({ graph }: ModelProto) => {
  const shape = { dim: [{ dimParam: 'n' }] };
  graph?.input?.splice(0, 1, { name: 'x', type: { tensorType: { elemType: FLOAT, shape } } });
});

it('is the same, byte for byte, where nothing is to be bound', () => {
  expect(Buffer.from(boundFile(plain, 'm.onnx', fixed, neverRead)).equals(plain)).toBe(true);
});

it('has its dimensions bound, and is otherwise the same', () => {
  expect(inputsOf(dynamic)).toEqual([['x', ['n']]]);
  const bound = boundFile(dynamic, 'm.onnx', fixed, neverRead);
  expect(inputsOf(bound)).toEqual([['x', [2]]]);
  expect(Buffer.from(bound).equals(plain)).toBe(true);
});

it('keeps its dimensions where it has branches: one that is not taken may contradict the others', () => {
  const branching = altered(dynamic, ({ graph }) => {
    graph?.node?.push({
      opType: 'If',
      attribute: [{ name: 'then_branch', type: GRAPH, g: { name: 'then' } }],
    });
  });
  expect(inputsOf(boundFile(branching, 'm.onnx', fixed, neverRead))).toEqual([['x', ['n']]]);
});

it('keeps fields that the schema here does not know, in the model and in its graph', () => {
  // Field 400, length-delimited, of the model; it is the last of the message and so of the file.
  const unknown = Buffer.from([0x82, 0x19, 3, 1, 2, 3]);
  const bound = boundFile(Buffer.concat([dynamic, unknown]), 'm.onnx', fixed, neverRead);
  expect(Buffer.from(bound).subarray(-unknown.length).equals(unknown)).toBe(true);
});

it('keeps operators of other domains and local functions', () => {
  const bytes = altered(dynamic, (changed) => {
    changed.graph?.node?.push({ opType: 'QAttention', domain: 'com.microsoft', output: ['z'] });
    changed.functions?.push({ name: 'f' });
  });
  const { graph, functions } = proto.ModelProto.decode(boundFile(bytes, 'm.onnx', fixed, neverRead));
  expect(graph?.node?.map(({ opType }) => opType)).toContain('QAttention');
  expect(functions?.map(({ name }) => name)).toEqual(['f']);
});

describe('an input with a constant value', () => {
  it('has it as its default, with which the model runs, and stays an input', async () => {
    const bytes = model((graph) => {
      const x = graph.input('x', [2]);
      const axis = graph.input('axis', [1], 'int64');
      graph.output(graph.node('Unsqueeze', [x, axis], {}, ['y']), [1, 2]);
    });
    const constants: Tensors = { axis: integers([0]) };
    const bound = boundFile(bytes, 'm.onnx', { ...fixed, constants }, neverRead);
    expect(inputsOf(bound)).toEqual([
      ['x', [2]],
      ['axis', [1]],
    ]);
    expect(proto.ModelProto.decode(bound).graph?.initializer?.map(({ name }) => name)).toEqual(['axis']);
    const { data } = await observe(bound, { x: floats([3, 4]) }, ['y']);
    expect(data.y).toMatchObject({ shape: [1, 2], data: Float32Array.of(3, 4) });
  });
});

describe('external data', () => {
  const far = (name: string) => ({
    name,
    dataType: FLOAT,
    dims: [2],
    dataLocation: EXTERNAL,
    externalData: [{ key: 'location', value: 'weights' }],
  });
  const read = () => new Uint8Array(Float32Array.of(5, 6).buffer);

  it('comes into the file, also that of attributes and branches', async () => {
    const bytes = altered(plain, ({ graph }) => {
      graph?.initializer?.splice(0, 1, far('w'));
      const constant = { opType: 'Constant', attribute: [{ name: 'value', type: TENSOR, t: far('') }] };
      graph?.node?.push(
        { ...constant, output: ['c'] },
        {
          opType: 'If',
          input: ['condition'],
          output: ['z'],
          attribute: [
            {
              name: 'then_branch',
              type: GRAPH,
              g: { name: 'then', initializer: [far('v')], node: [{ ...constant, output: ['d'] }] },
            },
          ],
        },
      );
    });
    const { graph } = proto.ModelProto.decode(boundFile(bytes, 'm.onnx', fixed, read));
    const branch = graph?.node?.at(-1)?.attribute?.[0]?.g;
    const tensors = [
      graph?.initializer?.[0],
      graph?.node?.at(-2)?.attribute?.[0]?.t,
      branch?.initializer?.[0],
      branch?.node?.[0]?.attribute?.[0]?.t,
    ];
    expect(tensors.map((tensor) => tensor?.externalData)).toEqual([[], [], [], []]);
    expect(tensors.map((tensor) => Buffer.from(tensor?.rawData ?? []).readFloatLE(4))).toEqual([6, 6, 6, 6]);
  });
});

it('is refused in one line where it has a field of a form that protobuf no longer has', () => {
  // A group of field 15, which decoders pass over.
  const damaged = Buffer.concat([dynamic, Buffer.from([0x7b, 0x7c])]);
  expect(() => proto.ModelProto.decode(damaged)).not.toThrow();
  expect(() => boundFile(damaged, 'm.onnx', fixed, neverRead)).toThrow(
    'm.onnx: it is damaged: the message has a field of wire type 3',
  );
});
