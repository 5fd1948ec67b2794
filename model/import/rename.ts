/** Gives the values of nodes and subgraphs other names, where nodes are moved into another graph. */
import {
  type AttributeProto,
  type GraphProto,
  graphFields,
  type NodeProto,
  nameOf,
  nodeFields,
} from './proto.js';

export type Names = ReadonlyMap<string, string>;

/** The node with the values that `names` has renamed, in its subgraphs too. */
export function renameNode(node: NodeProto, names: Names): NodeProto {
  const rename = (name: string) => names.get(name) ?? name;
  const fields = nodeFields(node);
  return {
    ...node,
    ...fields,
    input: fields.input.map(rename),
    output: fields.output.map(rename),
    attribute: fields.attribute.map((attribute) =>
      withSubgraphs(attribute, (graph) => renameGraph(graph, names)),
    ),
  };
}

function renameGraph(graph: GraphProto, names: Names): GraphProto {
  const fields = graphFields(graph);
  const rename = <Named extends { name?: string | null }>(named: Named): Named => ({
    ...named,
    name: names.get(nameOf(named)) ?? nameOf(named),
  });
  return {
    ...graph,
    ...fields,
    input: fields.input.map(rename),
    initializer: fields.initializer.map(rename),
    node: fields.node.map((node) => renameNode(node, names)),
    output: fields.output.map(rename),
  };
}

/** The attribute with its subgraphs changed; one without any as it is. */
export function withSubgraphs(
  attribute: AttributeProto,
  change: (graph: GraphProto) => GraphProto,
): AttributeProto {
  const { g, graphs } = attribute;
  if (!g && !graphs?.length) return attribute;
  return {
    ...attribute,
    // A message that was read has its type on its prototype where it is the default.
    type: attribute.type ?? 0,
    ...(g ? { g: change(g) } : {}),
    ...(graphs?.length ? { graphs: graphs.map(change) } : {}),
  };
}

/** Names of values that nodes read or define, in their subgraphs too. */
export function valuesIn(nodes: readonly NodeProto[]): string[] {
  const names = nodes
    .map(nodeFields)
    .flatMap(({ input, output, attribute }) => [
      ...input,
      ...output,
      ...attribute.flatMap(({ g, graphs }) => [...(g ? [g] : []), ...(graphs ?? [])].flatMap(valuesOf)),
    ]);
  return names.filter(Boolean);
}

function valuesOf(graph: GraphProto): string[] {
  const { input, initializer, node, output } = graphFields(graph);
  return [...[...input, ...initializer, ...output].map(nameOf), ...valuesIn(node)];
}
