/** The parts of a decoded model that mutations change, those of subgraphs included. */
import {
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  proto,
  type TensorProto,
  type ValueInfoProto,
} from '../../../../model/import/proto.js';

/** The model with every list of its own: what protobuf decodes shares the empty ones. */
export function decoded(bytes: Uint8Array): ModelProto {
  return withOwnLists(proto.ModelProto.decode(bytes));
}

/** The graph and its subgraphs; none where a mutation took the graph away. */
export function graphsOf(model: ModelProto): GraphProto[] {
  const below = (graph: GraphProto): GraphProto[] => [
    graph,
    ...(graph.node ?? []).flatMap((node) => node.attribute ?? []).flatMap(({ g }) => (g ? below(g) : [])),
  ];
  return model.graph ? below(model.graph) : [];
}

export function nodesOf(model: ModelProto): NodeProto[] {
  return graphsOf(model).flatMap(({ node }) => node ?? []);
}

export function attributesOf(model: ModelProto): AttributeProto[] {
  return nodesOf(model).flatMap(({ attribute }) => attribute ?? []);
}

/** Initialisers, and tensors in attributes. */
export function tensorsOf(model: ModelProto): TensorProto[] {
  return [
    ...graphsOf(model).flatMap(({ initializer }) => initializer ?? []),
    ...attributesOf(model).flatMap(({ t }) => (t ? [t] : [])),
  ];
}

/** Inputs and outputs. */
export function valuesOf(model: ModelProto): ValueInfoProto[] {
  return graphsOf(model).flatMap(({ input, output }) => [...(input ?? []), ...(output ?? [])]);
}

/** Names of all values, empty ones included. */
export function valueNamesOf(model: ModelProto): string[] {
  return [
    ...valuesOf(model).map(({ name }) => name ?? ''),
    ...tensorsOf(model).map(({ name }) => name ?? ''),
    ...nodesOf(model).flatMap(({ input, output }) => [...(input ?? []), ...(output ?? [])]),
  ];
}

function withOwnLists(model: ModelProto): ModelProto {
  model.opsetImport = [...(model.opsetImport ?? [])];
  for (const graph of graphsOf(model)) {
    graph.node = [...(graph.node ?? [])];
    graph.initializer = [...(graph.initializer ?? [])];
    graph.input = [...(graph.input ?? [])];
    graph.output = [...(graph.output ?? [])];
    for (const node of graph.node) {
      node.input = [...(node.input ?? [])];
      node.output = [...(node.output ?? [])];
      node.attribute = [...(node.attribute ?? [])];
    }
  }
  for (const tensor of tensorsOf(model)) {
    tensor.dims = [...(tensor.dims ?? [])];
    tensor.externalData = [...(tensor.externalData ?? [])];
  }
  return model;
}
