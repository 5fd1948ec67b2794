/** Replaces one node by several nodes of simpler operators. */

import { at } from '../../common/at.js';
import type { Attribute, Tensor } from '../graph.js';
import { encodeAttribute, encodeTensor } from './encode.js';
import { type AttributeProto, type NodeMarks, type NodeProto, nodeFields, proto } from './proto.js';

/** Collects the nodes that replace one. */
export class Decomposition {
  readonly nodes: NodeProto[] = [];
  /** Name of the node that is replaced; names of new values begin with it. */
  readonly label: string;

  constructor(label: string) {
    this.label = label;
  }

  /** Adds a node with encoded attributes. @returns the name of its first output */
  add(
    opType: string,
    input: readonly string[],
    attributes: readonly AttributeProto[] = [],
    marks: NodeMarks = {},
  ): string {
    const name = `${this.label}/${opType}_${this.nodes.length}`;
    this.nodes.push({
      name,
      opType,
      input: [...input],
      output: [name],
      attribute: [...attributes],
      ...marks,
    });
    return name;
  }

  /** Adds a DynamicQuantizeLinear. @returns the names of the quantised values, their scale and their zero point */
  dynamicallyQuantised(x: string): readonly [string, string, string] {
    const values = this.add('DynamicQuantizeLinear', [x]);
    const names = [values, `${values}/scale`, `${values}/zero`] as const;
    Object.assign(at(this.nodes, -1), { output: [...names] });
    return names;
  }

  /** Adds a node. @returns the name of its first output */
  addWith(opType: string, input: readonly string[], attributes: Readonly<Record<string, Attribute>>): string {
    const encoded = Object.entries(attributes).map(([name, value]) => encodeAttribute(name, value));
    return this.add(opType, input, encoded);
  }

  /** Adds a Constant node. @returns the name of its output */
  constant(tensor: Tensor): string {
    const type = proto.AttributeProto.AttributeType.TENSOR;
    return this.add('Constant', [], [{ name: 'value', type, t: encodeTensor('', tensor) }]);
  }

  scalar(value: number): string {
    return this.constant({ type: 'float32', shape: [], data: Float32Array.of(value) });
  }
}

/** Adds the nodes that replace `node`; the outputs of the last one become the outputs of `node`. */
export type Decompose = (to: Decomposition, inputs: readonly string[], node: NodeProto) => void;

/** The nodes that replace `node`; the last of them takes its name and outputs. */
export function decomposed(node: NodeProto, decompose: Decompose): readonly NodeProto[] {
  const { name, input, output } = nodeFields(node);
  const to = new Decomposition(name || at(output, 0, 'outputs of an unnamed node'));
  decompose(to, input, node);
  Object.assign(at(to.nodes, -1), { name: to.label, output });
  return to.nodes;
}
