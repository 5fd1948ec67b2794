/**
 * A framework's own weight, and the way to and from the ONNX tensor that it holds. The way is data, so that a plan can
 * be handed to a Python worker: `touchstone_bridge/lowering/weights.py` follows it there.
 */
import { elementCount, type Tensor, type Tensors } from '../../../model/graph.js';
import { inverse, permute } from '../permute.js';
import { refuse } from '../refusal.js';
import { gateBiasToNative, gateBiasToOnnx, gateKernelToNative, gateKernelToOnnx } from './lstm-gates.js';

export interface NativeWeight {
  /** ONNX name. */
  readonly name: string;
  /** Of the tensor, or of the part of it that this is. */
  readonly onnxShape: readonly number[];
  /** One of `count` equal blocks along the tensor's first axis: a direction of an LSTM. */
  readonly part?: { readonly index: number; readonly count: number };
  /** In the framework's layout. */
  readonly shape: readonly number[];
  readonly arrangement: Arrangement;
}

export type Arrangement =
  /** The same elements: axis i of the native view is axis `order[i]` of `view`; times `factor`. */
  | {
      readonly kind: 'permuted';
      readonly view: readonly number[];
      readonly order: readonly number[];
      readonly factor: number;
    }
  /** The tensor's only element, times `factor`, for every native one. Never trained. */
  | { readonly kind: 'repeated'; readonly factor: number }
  /** W or R of an LSTM: see `lstm-gates.ts`. */
  | { readonly kind: 'gate-kernel'; readonly hidden: number; readonly columns: number }
  /** B of an LSTM. */
  | { readonly kind: 'gate-bias'; readonly hidden: number; readonly trained: boolean };

/** A new array in the framework's layout. */
export function toNative(weight: NativeWeight, weights: Tensors): Float32Array {
  const { name, arrangement } = weight;
  const data = partOf(weight, floats(weights, name));
  switch (arrangement.kind) {
    case 'permuted': {
      const { view, order, factor } = arrangement;
      const native = permute(data, view, order);
      return factor === 1 ? native : native.map((value) => value * factor);
    }
    case 'repeated':
      return new Float32Array(elementCount(weight.shape)).fill((data[0] ?? Number.NaN) * arrangement.factor);
    case 'gate-kernel':
      return gateKernelToNative(data, arrangement.hidden, arrangement.columns);
    case 'gate-bias':
      return gateBiasToNative(data, arrangement.hidden, arrangement.trained, name);
  }
}

function partOf({ part }: NativeWeight, data: Float32Array): Float32Array {
  if (!part) return data;
  const length = data.length / part.count;
  return data.subarray(part.index * length, (part.index + 1) * length);
}

/**
 * Values or gradients of weights by ONNX name, in ONNX layout, the parts of a tensor put together. Only for weights that
 * can be trained.
 */
export function toOnnx(natives: readonly (readonly [NativeWeight, Float32Array])[]): Tensors {
  const found: Record<string, Tensor> = {};
  for (const [weight, native] of natives) {
    const { name, onnxShape, part = { index: 0, count: 1 } } = weight;
    const data = onnxData(weight, native);
    const shape = [(onnxShape[0] ?? 1) * part.count, ...onnxShape.slice(1)];
    const whole = found[name] ?? { type: 'float32', shape, data: new Float32Array(data.length * part.count) };
    (whole.data as Float32Array).set(data, part.index * data.length);
    found[name] = whole;
  }
  return found;
}

function onnxData({ name, arrangement }: NativeWeight, native: Float32Array): Float32Array {
  switch (arrangement.kind) {
    case 'permuted': {
      const { view, order } = arrangement;
      const nativeView = order.map((axis) => view[axis] ?? 1);
      return permute(native, nativeView, inverse(order));
    }
    case 'repeated':
      throw new Error(`${name} is one value, repeated: it has no gradient of its own`);
    case 'gate-kernel':
      return gateKernelToOnnx(native, arrangement.hidden, arrangement.columns);
    case 'gate-bias':
      return gateBiasToOnnx(native, arrangement.hidden);
  }
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
  return { name, onnxShape, shape, arrangement: { kind: 'permuted', view, order, factor } };
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
