/** A framework's own weight, and the way to and from the ONNX tensor that it holds. */
import { elementCount, type Tensor, type Tensors } from '../../suites/onnx/graph.js';
import { inverse, permute } from './permute.js';
import { refuse } from './refusal.js';

export interface NativeWeight {
  /** ONNX name. */
  readonly name: string;
  /** In the framework's layout. */
  readonly shape: readonly number[];
  toNative(weights: Tensors): Float32Array;
  /** A value or a gradient of the weight, in ONNX layout. */
  toOnnx(native: Float32Array): Tensor;
}

/** The values of a weight as float32; the array may be the tensor's own. */
export function floats(weights: Tensors, name: string): Float32Array {
  const tensor = weights[name];
  if (!tensor) throw new Error(`the artefact has no weight ${name}`);
  return tensor.data instanceof Float32Array
    ? tensor.data
    : Float32Array.from(tensor.data as ArrayLike<number>, Number);
}

/** The only element of a constant. */
export function scalar(weights: Tensors, name: string): number {
  return Number(weights[name]?.data[0]);
}

/**
 * A weight whose axes the framework orders otherwise.
 *
 * @param onnxShape as the graph names it
 * @param view the same elements, with axes split where the order differs within one
 * @param order of the view's axes in the framework
 * @param shape native
 * @param factor by which the native weight is larger
 */
export function permutedWeight(
  name: string,
  onnxShape: readonly number[],
  view: readonly number[],
  order: readonly number[],
  shape: readonly number[],
  factor = 1,
): NativeWeight {
  const nativeView = order.map((axis) => view[axis] ?? 1);
  return {
    name,
    shape,
    toNative: (weights) => {
      const native = permute(floats(weights, name), view, order);
      return factor === 1 ? native : native.map((value) => value * factor);
    },
    toOnnx: (native) => ({
      type: 'float32',
      shape: onnxShape,
      data: permute(native, nativeView, inverse(order)),
    }),
  };
}

/** A weight of one axis, or one that only differs in its shape. */
export function plainWeight(name: string, onnxShape: readonly number[], shape = onnxShape): NativeWeight {
  if (elementCount(onnxShape) !== elementCount(shape)) refuse(`whose weight ${name} has shape ${onnxShape}`);
  return permutedWeight(
    name,
    onnxShape,
    onnxShape,
    onnxShape.map((_, axis) => axis),
    shape,
  );
}
