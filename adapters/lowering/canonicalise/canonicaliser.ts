/** How an ONNX operator becomes operations: settings read, layout chosen, results named. */
import type { DataType } from '../../../model/graph.js';
import type { GraphNode } from '../attributes.js';
import type { Operand } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { sameList } from '../value.js';

/** @throws UnsupportedError with what of the node cannot be expressed, to stand behind the operator's name */
export type Canonicaliser = (node: GraphNode, p: Planner) => void;

export type Canonicalisers = Readonly<Record<string, Canonicaliser>>;

export function inputOf(node: GraphNode, position: number): string {
  return node.inputs[position] ?? '';
}

export function outputOf(node: GraphNode, position = 0): string {
  return node.outputs[position] ?? '';
}

export function isRead(p: Planner, name: string): boolean {
  return (
    name !== '' &&
    (p.graph.outputs.some((output) => output.name === name) ||
      p.graph.nodes.some(({ inputs }) => inputs.includes(name)))
  );
}

/** An ONNX axis, counted from the front. */
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
 * take any at load.
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
  const native = axes.map((axis) => (axis < missing ? 1 : (shape[axis - missing] ?? 1)));
  return p.weight(name, order, native);
}

/** Whether arithmetic of that ONNX type is of whole numbers. */
export function isWhole(type: DataType): boolean {
  return type.includes('int');
}
