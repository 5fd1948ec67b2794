/** Drops what computes nothing: `Identity`, `Dropout` in inference, and nodes that no output needs. */

import type { Tensor } from '../graph.js';
import { refuse } from '../import/decode.js';
import type { RawNode } from '../import/read-model.js';
import { identity } from './inline-branches.js';

/** Nodes that the outputs need, in the order given; a value in `known` needs no node. */
export function liveNodes(
  nodes: readonly RawNode[],
  outputs: readonly string[],
  needsOf: (node: RawNode) => Iterable<string>,
): RawNode[] {
  const wanted = new Set(outputs);
  const live: RawNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((output) => output !== '' && wanted.has(output))) continue;
    live.push(node);
    for (const name of needsOf(node)) wanted.add(name);
  }
  return live.reverse();
}

/**
 * @param nodes in topological order, without subgraphs
 * @param outputs keep their names
 */
export function dropIdentities(
  nodes: readonly RawNode[],
  outputs: readonly string[],
  isCopy: (node: RawNode) => boolean,
): RawNode[] {
  const isOutput = new Set(outputs);
  const made = new Set(nodes.flatMap((node) => node.outputs));
  const aliases = new Map<string, string>();
  const resolve = (name: string) => aliases.get(name) ?? name;
  /** Values that take the name of the output that copied them. */
  const promoted = new Map<string, string>();
  const kept: RawNode[] = [];
  for (const node of nodes) {
    const source = resolve(node.inputs[0] ?? '');
    const target = node.outputs[0] ?? '';
    if (!isCopy(node)) kept.push({ ...node, inputs: node.inputs.map(resolve) });
    else if (!isOutput.has(target)) aliases.set(target, source);
    else if (made.has(source) && !isOutput.has(source) && !promoted.has(source)) promoted.set(source, target);
    else kept.push(identity(source, target, node.name));
  }
  const final = (name: string) => promoted.get(name) ?? name;
  return kept.map((node) => ({ ...node, inputs: node.inputs.map(final), outputs: node.outputs.map(final) }));
}

/** Whether a node hands its input on unchanged in inference. */
export function isInferenceCopy(constants: ReadonlyMap<string, Tensor>, used: ReadonlySet<string>) {
  return (node: RawNode): boolean => {
    if (node.operator === 'Identity') return true;
    if (node.operator !== 'Dropout') return false;
    const mode = node.inputs[2] ?? '';
    if (mode !== '' && constants.get(mode)?.data[0] !== 0) {
      throw refuse(`node ${node.name} is a Dropout in training mode`, 'export the model for inference');
    }
    return !used.has(node.outputs[1] ?? '');
  };
}
