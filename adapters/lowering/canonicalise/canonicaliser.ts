/** How an ONNX operator becomes operations: reads its settings, chooses a layout, names its results. */
import { at } from '../../../common/at.js';
import type { DataType } from '../../../model/graph.js';
import type { GraphNode } from '../attributes.js';
import { sameList } from '../lists.js';
import type { Operand } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';

/** @throws UnsupportedError naming the input, attribute or value that is not supported; the caller adds operator and node */
export type Canonicaliser = (node: GraphNode, p: Planner) => void;

export type Canonicalisers = Readonly<Record<string, Canonicaliser>>;

/** Name of a required input. @throws UnsupportedError where it is omitted */
export function inputOf(node: GraphNode, position: number): string {
  return node.inputs[position] || refuse(`input ${position} is required`);
}

/** Name of the first output; empty where the node omits it. */
export function outputOf(node: GraphNode): string {
  return at(node.outputs, 0, `outputs of ${node.name}`);
}

/** Whether a node or an output of the graph reads this value; false for an output that is omitted. */
export function isRead(p: Planner, name: string | undefined): name is string {
  return (
    name !== undefined &&
    name !== '' &&
    (p.graph.outputs.some((output) => output.name === name) ||
      p.graph.nodes.some(({ inputs }) => inputs.includes(name)))
  );
}

/** An ONNX axis, which may be negative, counted from the front. */
export function positive(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

export interface Common {
  readonly operands: readonly Operand[];
  /** ONNX axis at each native position of the result. */
  readonly axes: readonly number[];
}

/**
 * Values that broadcast against each other in one layout: that of the computed ones if they agree, else ONNX's. Constants
 * are rearranged at load.
 */
export function inCommonLayout(p: Planner, names: readonly string[]): Common {
  const rank = Math.max(...names.map((name) => p.shape(name).length));
  const identity = Array.from({ length: rank }, (_, axis) => axis);
  const computed = names.filter((name) => !p.isConstant(name));
  const [first] = computed;
  const axes = first === undefined ? identity : p.value(first).axes;
  const agree = computed.every((name) => sameList(p.value(name).axes, axes)) && axes.length === rank;
  if (!agree || sameList(axes, identity)) {
    return { operands: names.map((name) => p.plain(name)), axes: identity };
  }
  return { operands: names.map((name) => inLayout(p, name, axes)), axes };
}

function inLayout(p: Planner, name: string, axes: readonly number[]): Operand {
  if (!p.isConstant(name)) return p.value(name).operand;
  const shape = p.shape(name);
  const missing = axes.length - shape.length;
  const order = axes.filter((axis) => axis >= missing).map((axis) => axis - missing);
  const native = axes.map((axis) => (axis < missing ? 1 : at(shape, axis - missing)));
  return p.weight(name, order, native);
}

/** Whether arithmetic in this ONNX type is integer arithmetic. */
export function isInteger(type: DataType): boolean {
  return type.includes('int');
}
