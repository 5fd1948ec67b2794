/** Replaces an `If` by the nodes of the branch that its constant condition selects. */

import type { Tensor } from '../graph.js';
import { toOnnxDomain } from '../import/contrib-operators.js';
import { noExternalData } from '../import/external-data.js';
import { type GraphProto, graphFields, type NodeProto, nameOf, nodeFields } from '../import/proto.js';
import type { RawNode } from '../import/raw-model.js';
import { decodeInitialisers, decodeNode } from '../import/read-model.js';
import { renameNode } from '../import/rename.js';
import { modelError } from '../model-error.js';

export interface InlinedBranch {
  readonly nodes: readonly RawNode[];
  readonly constants: ReadonlyMap<string, Tensor>;
}

/**
 * The branch's nodes and initialisers, with the names that it defines prefixed so that they stay unique, and an `Identity`
 * from each of its results to the corresponding output of the `If`.
 *
 * @param outputs of the `If`
 * @param prefix name of the `If`
 * @throws TouchstoneError('model') if the branch is malformed
 */
export function inlineBranch(branch: GraphProto, outputs: readonly string[], prefix: string): InlinedBranch {
  const { initializer, node: own, output: branchOutputs } = graphFields(branch);
  const defined = [...initializer.map(nameOf), ...own.flatMap((node) => nodeFields(node).output)].filter(
    Boolean,
  );
  const renamed = new Map(defined.map((name) => [name, `${prefix}/${name}`]));
  const constants = [...decodeInitialisers(branch, noExternalData)].map(
    ([name, tensor]) => [renamed.get(name) ?? name, tensor] as const,
  );
  const nodes = own
    .map((node) => renameNode(withPrefix(node, prefix), renamed))
    .flatMap(toOnnxDomain)
    .map((node, index) => decodeNode(node, index, noExternalData));
  const results = outputs.map((output, index): RawNode => {
    const result = branchOutputs[index]?.name;
    if (!result) throw modelError(`node ${prefix} (If) has ${outputs.length} outputs, its branch fewer`);
    return identityNode(renamed.get(result) ?? result, output, `${prefix}/result_${index}`);
  });
  return { nodes: [...nodes, ...results], constants: new Map(constants) };
}

/** An `Identity` from `input` to `output`. `simplify.ts` removes those that are not needed. */
export function identityNode(input: string, output: string, name: string): RawNode {
  const proto = { name, opType: 'Identity', input: [input], output: [output] };
  return { name, operator: 'Identity', inputs: [input], outputs: [output], attributes: {}, proto };
}

function withPrefix(node: NodeProto, prefix: string): NodeProto {
  return node.name ? { ...node, name: `${prefix}/${node.name}` } : node;
}
