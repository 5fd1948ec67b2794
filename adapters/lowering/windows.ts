/** Kernel, strides, dilations and padding of the convolutions and poolings over two spatial axes. */
import { type GraphNode, integer, integers, text } from './attributes.js';
import { refuse } from './refusal.js';

/** Height first. */
export type Pair = readonly [number, number];
/** Top, left, bottom, right: ONNX's order. */
export type Pads = readonly [number, number, number, number];

export interface Window {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly pads: Pads;
}

/**
 * `auto_pad` resolved into explicit pads by the rules of the ONNX operators.
 *
 * @param kernelShape of the weights, where the node does not say
 * @param spatial height and width of the input
 */
export function windowOf(
  node: GraphNode,
  spatial: readonly number[],
  kernelShape?: readonly number[],
): Window {
  const kernel = integers(node, 'kernel_shape', kernelShape);
  if (kernel.length !== 2) refuse(`over ${kernel.length} spatial axes`);
  const strides = integers(node, 'strides', [1, 1]);
  const dilations = integers(node, 'dilations', [1, 1]);
  const window = { kernel: pair(kernel), strides: pair(strides), dilations: pair(dilations) };
  const explicit = integers(node, 'pads', [0, 0, 0, 0]);
  switch (text(node, 'auto_pad', 'NOTSET')) {
    case 'VALID':
      return { ...window, pads: [0, 0, 0, 0] };
    case 'SAME_UPPER':
      return { ...window, pads: samePads(window, spatial) };
    case 'SAME_LOWER': {
      const [top, left, bottom, right] = samePads(window, spatial);
      return { ...window, pads: [bottom, right, top, left] };
    }
    default: {
      const [top = 0, left = 0, bottom = 0, right = 0] = explicit;
      return { ...window, pads: [top, left, bottom, right] };
    }
  }
}

/** `valid` and `same` are TensorFlow's: none, and as little as keeps ⌈input / stride⌉ outputs, odd ones at the end. */
export function paddingOf(window: Window, spatial: readonly number[]): 'valid' | 'same' | 'explicit' {
  if (window.pads.every((pad) => pad === 0)) return 'valid';
  const same = samePads(window, spatial);
  return window.pads.every((pad, side) => pad === same[side]) ? 'same' : 'explicit';
}

/** Whether `ceil_mode` adds a window that reaches over the end of the padded input. */
export function roundsUp(node: GraphNode, window: Window, spatial: readonly number[]): boolean {
  if (integer(node, 'ceil_mode', 0) === 0) return false;
  return [0, 1].some((axis) => {
    const padded = (spatial[axis] ?? 0) + (window.pads[axis] ?? 0) + (window.pads[axis + 2] ?? 0);
    return (padded - extentOf(window, axis)) % (window.strides[axis] ?? 1) !== 0;
  });
}

/** The window with such pads at the end that it has as many positions as the output. */
export function reachingTo(window: Window, spatial: readonly number[], positions: readonly number[]): Window {
  const [top, left] = window.pads;
  const [bottom = 0, right = 0] = [0, 1].map((axis) => {
    const begin = axis === 0 ? top : left;
    const reach = ((positions[axis] ?? 1) - 1) * (window.strides[axis] ?? 1) + extentOf(window, axis);
    return Math.max(reach - (spatial[axis] ?? 0) - begin, 0);
  });
  return { ...window, pads: [top, left, bottom, right] };
}

function samePads(window: Omit<Window, 'pads'>, spatial: readonly number[]): Pads {
  const [height, width] = [0, 1].map((axis) => {
    const input = spatial[axis] ?? 1;
    const stride = window.strides[axis] ?? 1;
    const total = (Math.ceil(input / stride) - 1) * stride + extentOf(window, axis) - input;
    return Math.max(total, 0);
  });
  const [vertical = 0, horizontal = 0] = [height, width];
  const [top, left] = [Math.floor(vertical / 2), Math.floor(horizontal / 2)];
  return [top, left, vertical - top, horizontal - left];
}

function extentOf(window: Omit<Window, 'pads'>, axis: number): number {
  return ((window.kernel[axis] ?? 1) - 1) * (window.dilations[axis] ?? 1) + 1;
}

function pair(values: readonly number[]): Pair {
  const [height = 1, width = 1] = values;
  return [height, width];
}
