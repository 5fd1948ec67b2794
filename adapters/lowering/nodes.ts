/** Reading a graph's nodes: attributes with their ONNX defaults, weights, and who uses what. */
import type { Graph, Tensor, Tensors } from '../adapter.js';

export type GraphNode = Graph['nodes'][number];

export function integer(node: GraphNode, name: string, fallback: number): number {
  const value = node.attributes[name];
  return typeof value === 'number' ? value : fallback;
}

export function integers(node: GraphNode, name: string, fallback: readonly number[]): readonly number[] {
  const value = node.attributes[name];
  return Array.isArray(value) ? value.map(Number) : fallback;
}

export function text(node: GraphNode, name: string, fallback: string): string {
  const value = node.attributes[name];
  return typeof value === 'string' ? value : fallback;
}

/** Shape of a value, observed; throws where the graph does not have it, which normalising excludes. */
export function shapeOf(graph: Graph, value: string): readonly number[] {
  const info = graph.values[value];
  if (!info) throw new Error(`the graph has no value ${value}`);
  return info.shape;
}

export function isWeight(graph: Graph, value: string | undefined): boolean {
  return value !== undefined && graph.weights.some((weight) => weight.name === value);
}

/** Data of a float32 weight. */
export function floats(weights: Tensors, name: string | undefined): Float32Array {
  const tensor = weights[name ?? ''];
  if (!tensor || !(tensor.data instanceof Float32Array))
    throw new Error(`${name ?? ''} is no float32 weight`);
  return tensor.data;
}

/** Numbers of an integer weight, such as the axes of a Squeeze. */
export function numbersOf(weights: Tensors, name: string | undefined): number[] {
  const tensor = weights[name ?? ''];
  if (!tensor) throw new Error(`there is no weight ${name ?? ''}`);
  return Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}

export function float32(shape: readonly number[], data: Float32Array): Tensor {
  return { type: 'float32', shape, data };
}

/** The 2-D window of a convolution or pooling, every option with its ONNX default. */
export interface Window2d {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  /** top, left, bottom, right */
  readonly pads: readonly [number, number, number, number];
  readonly dilations: readonly [number, number];
  readonly ceil: boolean;
}

/**
 * @param kernel of a convolution, from its weight's shape, where the attribute may be missing
 * @returns undefined where the window is not two-dimensional
 */
export function window2d(graph: Graph, node: GraphNode): Window2d | undefined {
  const weight = node.operator === 'Conv' ? shapeOf(graph, node.inputs[1] ?? '').slice(2) : [];
  const kernel = integers(node, 'kernel_shape', weight);
  if (kernel.length !== 2) return undefined;
  const strides = integers(node, 'strides', [1, 1]);
  const dilations = integers(node, 'dilations', [1, 1]);
  const window = { kernel: pair(kernel), strides: pair(strides), dilations: pair(dilations) };
  const auto = text(node, 'auto_pad', 'NOTSET');
  const pads = auto === 'NOTSET' ? integers(node, 'pads', [0, 0, 0, 0]) : autoPads(graph, node, window, auto);
  const [top = 0, left = 0, bottom = 0, right = 0] = pads;
  return { ...window, pads: [top, left, bottom, right], ceil: integer(node, 'ceil_mode', 0) === 1 };
}

/** ONNX auto_pad: SAME_UPPER puts the odd element at the end, SAME_LOWER at the beginning. */
function autoPads(
  graph: Graph,
  node: GraphNode,
  window: Pick<Window2d, 'kernel' | 'strides' | 'dilations'>,
  auto: string,
): number[] {
  if (auto === 'VALID') return [0, 0, 0, 0];
  const extents = shapeOf(graph, node.inputs[0] ?? '').slice(2);
  const totals = extents.map((extent, axis) => {
    const [stride = 1, kernel = 1, dilation = 1] = [
      window.strides[axis],
      window.kernel[axis],
      window.dilations[axis],
    ];
    return Math.max(0, (Math.ceil(extent / stride) - 1) * stride + (kernel - 1) * dilation + 1 - extent);
  });
  const small = totals.map((total) => Math.floor(total / 2));
  const large = totals.map((total, axis) => total - (small[axis] ?? 0));
  return auto === 'SAME_UPPER' ? [...small, ...large] : [...large, ...small];
}

function pair(values: readonly number[]): readonly [number, number] {
  return [values[0] ?? 1, values[1] ?? 1];
}
