/** Moves the nodes of a subgraph into the graph around it. */
import type { Tensor } from '../graph.js';
import { toOnnxDomain } from '../import/contrib-operators.js';
import { noExternalData } from '../import/external-data.js';
import { type GraphProto, graphFields, type NodeProto, nameOf, nodeFields } from '../import/proto.js';
import type { RawNode } from '../import/raw-model.js';
import { decodeInitialisers, decodeNode } from '../import/read-model.js';
import { renameNode } from '../import/rename.js';

export interface InlinedBody {
  readonly nodes: readonly RawNode[];
  readonly constants: ReadonlyMap<string, Tensor>;
  /** What the outputs of the subgraph are called in the graph around it; an output without a name is ''. */
  readonly results: readonly string[];
}

/**
 * @param given what the inputs of the subgraph are called in the graph around it, by name
 * @param prefix of the names that the subgraph defines, so that they stay unique
 * @throws TouchstoneError('model') if the subgraph is malformed
 */
export function inlineBody(
  body: GraphProto,
  given: ReadonlyMap<string, string>,
  prefix: string,
  opset: number,
): InlinedBody {
  const { initializer, node: own, output } = graphFields(body);
  const defined = [...initializer.map(nameOf), ...own.flatMap((node) => nodeFields(node).output)];
  const renamed = new Map([
    ...defined.filter(Boolean).map((name) => [name, `${prefix}/${name}`] as const),
    ...given,
  ]);
  const rename = (name: string) => renamed.get(name) ?? name;
  const constants = [...decodeInitialisers(body, noExternalData)].map(
    ([name, tensor]) => [rename(name), tensor] as const,
  );
  // By their new names, what the subgraph says of its values is not found.
  const context = { opset, declared: () => undefined };
  const nodes = own
    .map((node) => renameNode(withPrefix(node, prefix), renamed))
    .flatMap((node) => toOnnxDomain(node, context))
    .map((node, index) => decodeNode(node, index, noExternalData));
  return { nodes, constants: new Map(constants), results: output.map((each) => rename(nameOf(each))) };
}

function withPrefix(node: NodeProto, prefix: string): NodeProto {
  return node.name ? { ...node, name: `${prefix}/${node.name}` } : node;
}
