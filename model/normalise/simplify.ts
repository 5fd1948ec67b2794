/** Removes nodes that compute nothing: `Identity`, `Dropout` in inference, and nodes that no output depends on. */

import type { Tensor } from '../graph.js';
import type { RawNode } from '../import/raw-model.js';
import { modelError } from '../model-error.js';
import { identityNode } from './added-nodes.js';

/**
 * Nodes that the outputs depend on, in the given order.
 *
 * @param nodes in topological order
 */
export function liveNodes(
  nodes: readonly RawNode[],
  outputs: readonly string[],
  valuesReadBy: (node: RawNode) => Iterable<string>,
): RawNode[] {
  const wanted = new Set(outputs);
  const live: RawNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((output) => output !== '' && wanted.has(output))) continue;
    live.push(node);
    for (const name of valuesReadBy(node)) wanted.add(name);
  }
  return live.reverse();
}

/**
 * Removes copies and lets their readers read the original.
 *
 * @param nodes in topological order, without subgraphs
 * @param outputs of the graph, which keep their names
 * @param isCopy whether the node's first output equals its first input
 */
export function removeCopies(
  nodes: readonly RawNode[],
  outputs: readonly string[],
  isCopy: (node: RawNode) => boolean,
): RawNode[] {
  const isOutput = new Set(outputs);
  const produced = new Set(nodes.flatMap((node) => node.outputs));
  const aliases = new Map<string, string>();
  const resolve = (name: string) => aliases.get(name) ?? name;
  /** Values that are renamed to the graph output that copies them. */
  const promoted = new Map<string, string>();
  const kept: RawNode[] = [];
  for (const node of nodes) {
    const [input, target] = [node.inputs[0], node.outputs[0]];
    if (input === undefined || target === undefined || !isCopy(node)) {
      kept.push({ ...node, inputs: node.inputs.map(resolve) });
      continue;
    }
    const source = resolve(input);
    if (!isOutput.has(target)) aliases.set(target, source);
    else if (produced.has(source) && !isOutput.has(source) && !promoted.has(source)) {
      promoted.set(source, target);
    } else kept.push(identityNode(source, target, node.name));
  }
  const finalName = (name: string) => promoted.get(name) ?? name;
  return kept.map((node) => ({
    ...node,
    inputs: node.inputs.map(finalName),
    outputs: node.outputs.map(finalName),
  }));
}

/** Whether a node passes its input on unchanged in inference. @param used names of values that are read */
export function isInferenceCopy(constants: ReadonlyMap<string, Tensor>, used: ReadonlySet<string>) {
  return (node: RawNode): boolean => {
    if (node.operator === 'Identity') return true;
    if (node.operator !== 'Dropout') return false;
    const [, , trainingMode = ''] = node.inputs;
    if (trainingMode !== '' && constants.get(trainingMode)?.data[0] !== 0) {
      throw modelError(
        `node ${node.name} (Dropout) has an input training_mode that is not the constant false`,
        'export the model for inference',
      );
    }
    const [, mask = ''] = node.outputs;
    return !used.has(mask);
  };
}
