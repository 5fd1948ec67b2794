/**
 * 4-bit integers are read as 8-bit ones of the same values, which every operator that takes them takes too: kernels that pack two in
 * a byte are those of a runtime that is given the file itself.
 */
import { NotDescribed } from '../model-error.js';
import { decodeTensor, fourBitTypes, packedBytes, toNumber } from './decode.js';
import { encodeTensor } from './encode.js';
import type { ExternalData } from './external-data.js';
import {
  type GraphProto,
  graphFields,
  type NodeProto,
  nameOf,
  nodeFields,
  type TensorProto,
} from './proto.js';

/**
 * The graph and its subgraphs without 4-bit tensors.
 *
 * @throws TouchstoneError('model') where a node rounds to them
 */
export function withoutFourBitTensors(graph: GraphProto, external: ExternalData): GraphProto {
  return hasFourBit(graph) ? widenedGraph(graph, external) : graph;
}

function hasFourBit(graph: GraphProto): boolean {
  const { initializer, node } = graphFields(graph);
  return (
    initializer.some(isFourBit) ||
    node.some((each) =>
      nodeFields(each).attribute.some(({ t, g }) => (t && isFourBit(t)) || (g && hasFourBit(g))),
    )
  );
}

function isFourBit({ dataType }: TensorProto): boolean {
  return fourBitTypes.has(dataType ?? 0);
}

function widenedGraph(graph: GraphProto, external: ExternalData): GraphProto {
  const { initializer, node } = graphFields(graph);
  const names = new Set([
    ...initializer.filter(isFourBit).map(nameOf),
    ...node.filter(({ attribute }) => attribute?.[0]?.t && isFourBit(attribute[0].t)).flatMap(outputsOf),
  ]);
  for (const each of node) checkRounding(each, names);
  return {
    ...graph,
    initializer: initializer.map((tensor) => widened(tensor, external, `initialiser ${nameOf(tensor)}`)),
    node: node.map((each) => widenedNode(each, external)),
  };
}

function outputsOf(node: NodeProto): string[] {
  return nodeFields(node).output;
}

/** QuantizeLinear rounds to the type of its zero point, to whose bounds 8 bits would not saturate. */
function checkRounding(node: NodeProto, fourBit: ReadonlySet<string>): void {
  const { name, opType, input, output } = nodeFields(node);
  if (opType !== 'QuantizeLinear' || !fourBit.has(input[2] ?? '')) return;
  throw new NotDescribed(
    `node ${name || output[0]} (QuantizeLinear) rounds to 4 bits, which is not supported`,
    'quantise its activations to 8 bits, or its weights alone',
  );
}

function widenedNode(node: NodeProto, external: ExternalData): NodeProto {
  const { name, attribute } = nodeFields(node);
  return {
    ...node,
    attribute: attribute.map((one) => ({
      ...one,
      type: one.type ?? 0,
      ...(one.t ? { t: widened(one.t, external, `a tensor of node ${name}`) } : {}),
      ...(one.g ? { g: widenedGraph(one.g, external) } : {}),
    })),
  };
}

function widened(tensor: TensorProto, external: ExternalData, where: string): TensorProto {
  const type = fourBitTypes.get(tensor.dataType ?? 0);
  if (type === undefined) return tensor;
  const shape = (tensor.dims ?? []).map((dim) => toNumber(dim, `a dimension of ${where}`));
  const { data: packed } = decodeTensor(packedBytes(tensor, where), external, where);
  const count = shape.reduce((product, extent) => product * extent, 1);
  const data = type === 'int8' ? new Int8Array(count) : new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    const byte = Number(packed[index >> 1]);
    const bits = index % 2 === 0 ? byte & 15 : byte >> 4;
    // The fourth bit is the sign.
    data[index] = type === 'int8' && bits > 7 ? bits - 16 : bits;
  }
  return encodeTensor(nameOf(tensor), { type, shape, data });
}
