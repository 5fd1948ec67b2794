/** Replaces an `If` by the nodes of the branch that its constant condition selects. */
import type { Tensor } from '../graph.js';
import type { GraphProto } from '../import/proto.js';
import type { RawNode } from '../import/raw-model.js';
import { modelError } from '../model-error.js';
import { identityNode } from './added-nodes.js';
import { inlineBody } from './inline-body.js';

export interface Inlined {
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
export function inlineBranch(
  branch: GraphProto,
  outputs: readonly string[],
  prefix: string,
  opset: number,
): Inlined {
  const { nodes, constants, results } = inlineBody(branch, new Map(), prefix, opset);
  const copies = outputs.map((output, index): RawNode => {
    const result = results[index];
    if (!result) throw modelError(`node ${prefix} (If) has ${outputs.length} outputs, its branch fewer`);
    return identityNode(result, output, `${prefix}/result_${index}`);
  });
  return { nodes: [...nodes, ...copies], constants };
}
