/** Small valid models that are mutated: of convolutions, products, recurrence, branches, and with data in another file. */
import { required } from '../../../../common/at.js';
import { GraphBuilder } from '../../../../model/builder.js';
import { encodeTensor, encodeValueInfo } from '../../../../model/import/encode.js';
import { type AttributeProto, type NodeProto, proto } from '../../../../model/import/proto.js';
import lenet5 from '../../../../suites/cnn/lenet5.js';
import type { BuildGraph } from '../../../../suites/conformance/case-graph.js';
import { cases } from '../../../../suites/conformance/cases.js';

export interface BaseModel {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The file beside the models that the external data of one of them is in. */
export const externalFile = { name: 'weights.bin', bytes: new Uint8Array(64).fill(63) } as const;

/** Made once: a mutation works on a copy. */
export const baseModels: readonly BaseModel[] = [
  { name: 'lenet5', bytes: built((graph) => lenet5.build(graph, 1, 'inference')) },
  ofCase('squeeze-and-excitation', cases.shapes),
  ofCase('features to an image', cases.shapes),
  ofCase('Gemm and Softmax', cases.products),
  ofCase('batch normalisation of an image', cases.elementwise),
  ofCase('two layers', cases.recurrent),
  { name: 'branches', bytes: branches() },
  { name: 'external data', bytes: external() },
];

function built(build: (graph: GraphBuilder) => void): Uint8Array {
  const graph = new GraphBuilder('base', 1);
  build(graph);
  return graph.finish().bytes;
}

function ofCase(name: string, group: Readonly<Record<string, BuildGraph>>): BaseModel {
  const build = required(group, name, 'conformance cases');
  return { name, bytes: built((graph) => graph.output(...firstTwo(build(graph)))) };
}

function firstTwo([output, shape]: ReturnType<BuildGraph>): [string, readonly number[]] {
  return [output, shape];
}

/** An `If` that a constant decides, in whose branches is another one; a shape that is filled; constants as nodes. */
function branches(): Uint8Array {
  const { AttributeType } = proto.AttributeProto;
  const shape = { type: 'int64' as const, shape: [2], data: BigInt64Array.of(2n, 3n) };
  const yes = { type: 'bool' as const, shape: [], data: Uint8Array.of(1) };
  const branch = (name: string, result: string, node: NodeProto[]): AttributeProto => {
    const output = [encodeValueInfo({ name: result, type: 'float32', shape: [2, 3] })];
    return { name, type: AttributeType.GRAPH, g: { name, node, output } };
  };
  const inner: NodeProto = {
    opType: 'If',
    name: 'inner',
    input: ['yes'],
    output: ['within'],
    attribute: [
      branch('then_branch', 'relu', [{ opType: 'Relu', input: ['x'], output: ['relu'] }]),
      branch('else_branch', 'neg', [{ opType: 'Neg', input: ['x'], output: ['neg'] }]),
    ],
  };
  const node: NodeProto[] = [
    {
      opType: 'Constant',
      output: ['shape'],
      attribute: [{ name: 'value', type: AttributeType.TENSOR, t: encodeTensor('', shape) }],
    },
    { opType: 'ConstantOfShape', name: 'zeros', input: ['shape'], output: ['zero'] },
    {
      opType: 'If',
      name: 'outer',
      input: ['yes'],
      output: ['chosen'],
      attribute: [
        branch('then_branch', 'within', [inner]),
        branch('else_branch', 'abs', [{ opType: 'Abs', input: ['x'], output: ['abs'] }]),
      ],
    },
    { opType: 'Add', name: 'sum', input: ['chosen', 'zero'], output: ['y'] },
  ];
  return encoded(node, [encodeTensor('yes', yes)]);
}

function external(): Uint8Array {
  const { DataLocation } = proto.TensorProto;
  const where = { location: externalFile.name, offset: '0', length: '24' };
  const weight = {
    name: 'w',
    dataType: 1,
    dims: [2, 3],
    dataLocation: DataLocation.EXTERNAL,
    externalData: Object.entries(where).map(([key, value]) => ({ key, value })),
  };
  return encoded([{ opType: 'Mul', name: 'product', input: ['x', 'w'], output: ['y'] }], [weight]);
}

function encoded(node: NodeProto[], initializer: ReturnType<typeof encodeTensor>[]): Uint8Array {
  const value = (name: string) => encodeValueInfo({ name, type: 'float32', shape: [2, 3] });
  const graph = { name: 'base', node, initializer, input: [value('x')], output: [value('y')] };
  return proto.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph,
  }).finish();
}
