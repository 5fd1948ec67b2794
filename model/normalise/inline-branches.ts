/** Puts the chosen branch of an `If` in its place. */

import type { Tensor } from '../graph.js';
import { ownOperators } from '../import/contrib-operators.js';
import { noExternalData } from '../import/external-data.js';
import type { GraphProto, NodeProto } from '../import/proto.js';
import { decodeInitialisers, decodeNode, type RawNode } from '../import/read-model.js';

export interface Inlined {
  readonly nodes: readonly RawNode[];
  readonly constants: ReadonlyMap<string, Tensor>;
}

/**
 * The branch's nodes, with the names that it makes put under `prefix` so that they stay unique, and each of its results
 * under the name of the `If`'s output.
 * @throws TouchstoneError('model') where the branch itself is malformed
 */
export function inlineBranch(branch: GraphProto, outputs: readonly string[], prefix: string): Inlined {
  const made = [
    ...(branch.initializer ?? []).map((tensor) => tensor.name ?? ''),
    ...(branch.node ?? []).flatMap((node) => node.output ?? []),
  ].filter(Boolean);
  const renamed = new Map(made.map((name) => [name, `${prefix}/${name}`]));
  const constants = [...decodeInitialisers(branch, noExternalData)].map(
    ([name, tensor]) => [renamed.get(name) ?? name, tensor] as const,
  );
  const nodes = (branch.node ?? [])
    .map((node) => renameNode(node, renamed, prefix))
    .flatMap(ownOperators)
    .map((node, index) => decodeNode(node, index, noExternalData));
  const results = outputs.map((output, index): RawNode => {
    const inner = branch.output?.[index]?.name ?? '';
    return identity(renamed.get(inner) ?? inner, output, `${prefix}/result_${index}`);
  });
  return { nodes: [...nodes, ...results], constants: new Map(constants) };
}

/** Dropped again by `simplify`; until then it keeps the names apart. */
export function identity(input: string, output: string, name: string): RawNode {
  const proto = { name, opType: 'Identity', input: [input], output: [output] };
  return { name, operator: 'Identity', inputs: [input], outputs: [output], attributes: {}, proto };
}

function renameNode(node: NodeProto, renamed: ReadonlyMap<string, string>, prefix?: string): NodeProto {
  const rename = (name: string) => renamed.get(name) ?? name;
  return {
    ...node,
    name: prefix && node.name ? `${prefix}/${node.name}` : (node.name ?? ''),
    opType: node.opType ?? '',
    domain: node.domain ?? '',
    input: (node.input ?? []).map(rename),
    output: (node.output ?? []).map(rename),
    attribute: (node.attribute ?? []).map((attribute) =>
      attribute.g
        ? { ...attribute, type: attribute.type ?? 0, g: renameGraph(attribute.g, renamed) }
        : attribute,
    ),
  };
}

/** Inside a nested graph only what it takes from outside is renamed; ONNX forbids it to reuse those names. */
function renameGraph(graph: GraphProto, renamed: ReadonlyMap<string, string>): GraphProto {
  return {
    ...graph,
    input: graph.input ?? [],
    initializer: graph.initializer ?? [],
    node: (graph.node ?? []).map((node) => renameNode(node, renamed)),
    output: (graph.output ?? []).map((output) => ({
      ...output,
      name: renamed.get(output.name ?? '') ?? output.name ?? '',
    })),
  };
}
