/** Replaces one node by several nodes of simpler operators. */

import { at } from '../../common/at.js';
import type { Attribute, Tensor } from '../graph.js';
import { encodeAttribute, encodeTensor } from './encode.js';
import { type AttributeProto, type NodeMarks, type NodeProto, nodeFields, proto } from './proto.js';

/** What a file says of a value before it is run: of inputs, initialisers, and where it has them of results. */
export interface DeclaredValue {
  /** Its number in onnx.proto. */
  readonly elementType: number;
  /** A dimension that is not known is undefined. */
  readonly shape: readonly (number | undefined)[];
}

/** What a decomposition depends on besides the node. */
export interface FileContext {
  readonly opset: number;
  /** Undefined where the file does not say. */
  readonly declared: (value: string) => DeclaredValue | undefined;
}

/** Collects the nodes that replace one. */
export class Decomposition {
  readonly nodes: NodeProto[] = [];
  /** Name of the node that is replaced; names of new values begin with it. */
  readonly label: string;
  readonly context: FileContext;
  /** Outputs of the node that are not those of the last one that replaces it. */
  readonly given = new Set<string>();

  constructor(label: string, context: FileContext) {
    this.label = label;
    this.context = context;
  }

  /** Makes a value an output of the node that is replaced. @param output its name; '' where nothing reads it */
  give(output: string, value: string): void {
    if (output === '') return;
    this.given.add(output);
    this.nodes.push({ name: `${value}/copy`, opType: 'Identity', input: [value], output: [output] });
  }

  /** The mean over the last axis, which stays. */
  mean(x: string): string {
    if (this.context.opset < 18) return this.addWith('ReduceMean', [x], { axes: [-1], keepdims: 1 });
    const axes = this.integers([-1]);
    return this.addWith('ReduceMean', [x, axes], { keepdims: 1 });
  }

  /** @param axes of the result, at which it has one value */
  unsqueezed(x: string, axes: readonly number[]): string {
    if (this.context.opset < 13) return this.addWith('Unsqueeze', [x], { axes: [...axes] });
    return this.add('Unsqueeze', [x, this.integers(axes)]);
  }

  integers(values: readonly number[]): string {
    return this.constant({
      type: 'int64',
      shape: [values.length],
      data: BigInt64Array.from(values, (value) => BigInt(value)),
    });
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

/** The nodes that replace `node`; the last of them takes its name, and its outputs but for those that others give. */
export function decomposed(
  node: NodeProto,
  decompose: Decompose,
  context: FileContext,
): readonly NodeProto[] {
  const { name, input, output } = nodeFields(node);
  const to = new Decomposition(name || at(output, 0, 'outputs of an unnamed node'), context);
  decompose(to, input, node);
  const own = output.map((each) => (to.given.has(each) ? '' : each));
  Object.assign(at(to.nodes, -1), {
    name: to.label,
    output: own.slice(0, own.findLastIndex(Boolean) + 1),
  });
  return to.nodes;
}
