/** Inputs and outputs between ONNX order and the order in which a plan keeps them. */
import type { Tensor, Tensors } from '../../../model/graph.js';
import { permute, sortedPositions } from '../permute.js';
import type { PlannedInput, PlannedOutput } from './layer-plan.js';
import { floats } from './weights.js';

export interface HostArray {
  readonly data: Float32Array;
  /** Batch included. */
  readonly shape: readonly number[];
}

/** An input as the framework's user would hold it. */
export function hostInput(input: PlannedInput, tensors: Tensors): HostArray {
  const { name, onnxShape, axes } = input;
  const absent = onnxShape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const data = permute(floats(tensors, name), onnxShape, [...axes, ...absent]);
  return { data, shape: axes.map((axis) => onnxShape[axis] ?? 1) };
}

/** An output back in ONNX order. */
export function onnxOutput(output: PlannedOutput, data: Float32Array): Tensor {
  const { onnxShape, axes } = output;
  const native = axes.map((axis) => onnxShape[axis] ?? 1);
  return { type: 'float32', shape: onnxShape, data: permute(data, native, sortedPositions(axes)) };
}
