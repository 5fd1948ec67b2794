/** Attributes of a node, with the defaults of the ONNX operator where the node leaves them out. */
import type { Graph } from '../adapter.js';

export type GraphNode = Graph['nodes'][number];

export function integer(node: GraphNode, name: string, otherwise: number): number {
  const value = node.attributes[name];
  return typeof value === 'number' ? value : otherwise;
}

export const decimal = integer;

export function integers(
  node: GraphNode,
  name: string,
  otherwise: readonly number[] = [],
): readonly number[] {
  const value = node.attributes[name];
  return Array.isArray(value) ? value.map(Number) : otherwise;
}

export function text(node: GraphNode, name: string, otherwise: string): string {
  const value = node.attributes[name];
  return typeof value === 'string' ? value : otherwise;
}

export function texts(node: GraphNode, name: string, otherwise: readonly string[]): readonly string[] {
  const value = node.attributes[name];
  return Array.isArray(value) ? value.map(String) : otherwise;
}

/** Name of an optional input; undefined where it is left out. */
export function optionalInput(node: GraphNode, position: number): string | undefined {
  return node.inputs[position] || undefined;
}

/** Name of an optional output; undefined where it is left out. */
export function optionalOutput(node: GraphNode, position: number): string | undefined {
  return node.outputs[position] || undefined;
}
