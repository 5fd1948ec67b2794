/** Inputs, outputs and constants of a plan on the host, in the types in which the framework holds them. */

import { at, required } from '../../common/at.js';
import { elementsOf, toFloat16 } from '../../model/float16.js';
import {
  type DataType,
  fromJsonNumber,
  type Tensor,
  type TensorData,
  type Tensors,
} from '../../model/graph.js';
import { permute, sortedPositions } from './permute.js';
import type { PlannedConstant, PlannedPort } from './plan.js';
import { refuse } from './refusal.js';
import { nativeOf, toNative } from './weight-part.js';

/** The types that JavaScript frameworks hold. */
export type HostType = 'float32' | 'int32' | 'bool';

export interface HostTensor {
  readonly type: HostType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

export function hostPort(port: PlannedPort, tensors: Tensors): HostTensor {
  const tensor = tensors[port.name];
  if (!tensor) throw new Error(`input ${port.name} is missing`);
  const data = converted(elementsOf(tensor), port.type, port.name);
  return {
    type: data.type,
    shape: port.axes.map((axis) => at(port.onnxShape, axis)),
    data: permute(data.data, port.onnxShape, port.axes),
  };
}

/** @throws Error where a trained part has a frozen addend that is not zero: its values would come back as the sum of the two */
export function hostConstant(
  { type, shape, source, trained }: PlannedConstant,
  weights: Tensors,
): HostTensor {
  if (source.kind === 'literal')
    return { ...converted(source.data.map(fromJsonNumber), type, 'a literal'), shape };
  const { weight } = source;
  const tensor = required(weights, weight.name, 'weights of the artefact');
  const { type: held, data } = converted(elementsOf(tensor), type, weight.name);
  if (trained && weight.addend) {
    const { name, onnxShape, addend, order } = weight;
    if (toNative({ name, onnxShape, range: addend, order }, data).some((value) => value !== 0))
      throw new Error(`the part of ${name} that training does not update is not zero`);
  }
  return { type: held, shape, data: nativeOf(weight, data, shape) };
}

/** An output back in ONNX's order and type. */
export function onnxPort(port: PlannedPort, data: ArrayLike<number>): Tensor {
  const native = port.axes.map((axis) => at(port.onnxShape, axis));
  const values = permute(Float64Array.from(data), native, sortedPositions(port.axes));
  return { type: port.onnxType, shape: port.onnxShape, data: stored(values, port.onnxType) };
}

/** @throws UnsupportedError for an integer that does not fit into 32 bits */
function converted(
  data: TensorData | readonly number[],
  type: DataType,
  name: string,
): { readonly type: HostType; readonly data: Float32Array | Int32Array | Uint8Array } {
  const numbers = Array.from(data as ArrayLike<number | bigint>, Number);
  if (type === 'float32') return { type, data: Float32Array.from(numbers) };
  if (type === 'bool') return { type, data: Uint8Array.from(numbers) };
  if (type !== 'int32')
    throw new Error(`${name} is planned as ${type}, which JavaScript frameworks do not support`);
  const outside = numbers.find(
    (value) => value !== Math.trunc(value) || value < -(2 ** 31) || value >= 2 ** 31,
  );
  if (outside !== undefined) refuse(`${name} contains ${outside}, which is not an int32`);
  return { type, data: Int32Array.from(numbers) };
}

function stored(values: Float64Array, type: DataType): TensorData {
  switch (type) {
    case 'float32':
      return Float32Array.from(values);
    case 'float16':
      return toFloat16(values);
    case 'int64':
      return BigInt64Array.from(values, (value) => BigInt(Math.trunc(value)));
    case 'uint64':
      return BigUint64Array.from(values, (value) => BigInt(Math.trunc(value)));
    case 'int32':
      return Int32Array.from(values);
    case 'uint32':
      return Uint32Array.from(values);
    case 'int16':
      return Int16Array.from(values);
    case 'uint16':
      return Uint16Array.from(values);
    case 'int8':
      return Int8Array.from(values);
    case 'uint8':
    case 'bool':
      return Uint8Array.from(values);
    default:
      return values;
  }
}
