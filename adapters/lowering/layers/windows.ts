/** Kernel, strides, dilations and padding of the convolutions and poolings over one or two spatial axes. */
import { type GraphNode, integer, integers, text } from '../attributes.js';
import { refuse } from '../refusal.js';

/** One number for each spatial axis, height before width. */
export type PerAxis = readonly number[];

export interface Window {
  readonly kernel: PerAxis;
  readonly strides: PerAxis;
  readonly dilations: PerAxis;
  /** Those before every axis, then those behind: ONNX's order. */
  readonly pads: readonly number[];
}

/**
 * `auto_pad` resolved into explicit pads by the rules of the ONNX operators.
 *
 * @param kernelShape of the weights, where the node does not say
 * @param spatial extents of the input
 */
export function windowOf(node: GraphNode, spatial: PerAxis, kernelShape?: PerAxis): Window {
  const kernel = integers(node, 'kernel_shape', kernelShape ?? []);
  if (kernel.length !== 1 && kernel.length !== 2) refuse(`over ${kernel.length} spatial axes`);
  const ones = kernel.map(() => 1);
  const strides = integers(node, 'strides', ones);
  const dilations = integers(node, 'dilations', ones);
  const window = { kernel, strides, dilations };
  const none = [...kernel, ...kernel].map(() => 0);
  switch (text(node, 'auto_pad', 'NOTSET')) {
    case 'VALID':
      return { ...window, pads: none };
    case 'SAME_UPPER':
      return { ...window, pads: samePads(window, spatial) };
    case 'SAME_LOWER': {
      const pads = samePads(window, spatial);
      return { ...window, pads: [...pads.slice(kernel.length), ...pads.slice(0, kernel.length)] };
    }
    default:
      return { ...window, pads: integers(node, 'pads', none) };
  }
}

/** `valid` and `same` are TensorFlow's: none, and as little as keeps ⌈input / stride⌉ outputs, odd ones at the end. */
export function paddingOf(window: Window, spatial: PerAxis): 'valid' | 'same' | 'explicit' {
  if (window.pads.every((pad) => pad === 0)) return 'valid';
  const same = samePads(window, spatial);
  return window.pads.every((pad, side) => pad === same[side]) ? 'same' : 'explicit';
}

/** Whether `ceil_mode` adds a window that reaches over the end of the padded input. */
export function roundsUp(node: GraphNode, window: Window, spatial: PerAxis): boolean {
  if (integer(node, 'ceil_mode', 0) === 0) return false;
  const axes = window.kernel.length;
  return window.kernel.some((_, axis) => {
    const padded = (spatial[axis] ?? 0) + (window.pads[axis] ?? 0) + (window.pads[axis + axes] ?? 0);
    return (padded - extentOf(window, axis)) % (window.strides[axis] ?? 1) !== 0;
  });
}

/** The window with such pads at the end that it has as many positions as the output. */
export function reachingTo(window: Window, spatial: PerAxis, positions: PerAxis): Window {
  const before = window.pads.slice(0, window.kernel.length);
  const behind = before.map((begin, axis) => {
    const reach = ((positions[axis] ?? 1) - 1) * (window.strides[axis] ?? 1) + extentOf(window, axis);
    return Math.max(reach - (spatial[axis] ?? 0) - begin, 0);
  });
  return { ...window, pads: [...before, ...behind] };
}

/** Extents of the input with its pads. */
export function paddedExtents(spatial: PerAxis, pads: readonly number[]): PerAxis {
  return spatial.map((length, axis) => length + (pads[axis] ?? 0) + (pads[axis + spatial.length] ?? 0));
}

function samePads(window: Omit<Window, 'pads'>, spatial: PerAxis): readonly number[] {
  const totals = window.kernel.map((_, axis) => {
    const input = spatial[axis] ?? 1;
    const stride = window.strides[axis] ?? 1;
    const total = (Math.ceil(input / stride) - 1) * stride + extentOf(window, axis) - input;
    return Math.max(total, 0);
  });
  const before = totals.map((total) => Math.floor(total / 2));
  return [...before, ...totals.map((total, axis) => total - (before[axis] ?? 0))];
}

function extentOf(window: Omit<Window, 'pads'>, axis: number): number {
  return ((window.kernel[axis] ?? 1) - 1) * (window.dilations[axis] ?? 1) + 1;
}
