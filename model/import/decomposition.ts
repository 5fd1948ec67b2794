/** One operator written as several. */

import type { Attribute, Tensor } from '../graph.js';
import { encodeAttribute, encodeTensor } from './encode.js';
import { type AttributeProto, type NodeProto, proto } from './proto.js';

/** The nodes that stand for one. */
export class Writing {
  readonly nodes: NodeProto[] = [];
  readonly label: string;

  constructor(label: string) {
    this.label = label;
  }

  /** @returns the name of its first output */
  add(opType: string, input: readonly string[], attributes: readonly AttributeProto[] = []): string {
    const name = `${this.label}/${opType}_${this.nodes.length}`;
    this.nodes.push({ name, opType, input: [...input], output: [name], attribute: [...attributes] });
    return name;
  }

  addWith(opType: string, input: readonly string[], attributes: Readonly<Record<string, Attribute>>): string {
    const encoded = Object.entries(attributes).map(([name, value]) => encodeAttribute(name, value));
    return this.add(opType, input, encoded);
  }

  constant(tensor: Tensor): string {
    const type = proto.AttributeProto.AttributeType.TENSOR;
    return this.add('Constant', [], [{ name: 'value', type, t: encodeTensor('', tensor) }]);
  }

  scalar(value: number): string {
    return this.constant({ type: 'float32', shape: [], data: Float32Array.of(value) });
  }
}

/** Writes the nodes; the last one's outputs are the operator's. */
export type Written = (to: Writing, inputs: readonly string[], node: NodeProto) => void;

/** The nodes that stand for one; the last of them has its name and its outputs. */
export function writtenOut(node: NodeProto, write: Written): readonly NodeProto[] {
  const to = new Writing(node.name || (node.output?.[0] ?? ''));
  write(to, node.input ?? [], node);
  const last = to.nodes.at(-1);
  if (last) Object.assign(last, { name: to.label, output: node.output ?? [] });
  return to.nodes;
}
