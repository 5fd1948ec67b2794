/** Attributes, inputs and outputs of a node. Defaults are those of the ONNX operator, said where they are read. */
import type { Graph } from '../adapter.js';
import { refuse } from './refusal.js';

export type GraphNode = Graph['nodes'][number];

export function number(node: GraphNode, name: string, byDefault: number): number {
  const value = node.attributes[name];
  return typeof value === 'number' ? value : byDefault;
}

export const integer = number;

/** @throws UnsupportedError where the node does not have it */
export function requiredNumber(node: GraphNode, name: string): number {
  const value = node.attributes[name];
  return typeof value === 'number' ? value : refuse(`attribute ${name} is required`);
}

export const requiredInteger = requiredNumber;

/** Undefined where the node does not have it. */
export function optionalIntegers(node: GraphNode, name: string): readonly number[] | undefined {
  const value = node.attributes[name];
  return Array.isArray(value) ? value.map(Number) : undefined;
}

export function integers(node: GraphNode, name: string, byDefault: readonly number[]): readonly number[] {
  return optionalIntegers(node, name) ?? byDefault;
}

/** @throws UnsupportedError where the node does not have it */
export function requiredIntegers(node: GraphNode, name: string): readonly number[] {
  return optionalIntegers(node, name) ?? refuse(`attribute ${name} is required`);
}

export function text(node: GraphNode, name: string, byDefault: string): string {
  const value = node.attributes[name];
  return typeof value === 'string' ? value : byDefault;
}

/** @throws UnsupportedError where the node does not have it */
export function requiredText(node: GraphNode, name: string): string {
  const value = node.attributes[name];
  return typeof value === 'string' ? value : refuse(`attribute ${name} is required`);
}

export function texts(node: GraphNode, name: string, byDefault: readonly string[]): readonly string[] {
  const value = node.attributes[name];
  return Array.isArray(value) ? value.map(String) : byDefault;
}

/** Name of an optional input; undefined where it is omitted. */
export function optionalInput(node: GraphNode, position: number): string | undefined {
  return node.inputs[position] || undefined;
}

/** Name of an optional output; undefined where it is omitted. */
export function optionalOutput(node: GraphNode, position: number): string | undefined {
  return node.outputs[position] || undefined;
}
