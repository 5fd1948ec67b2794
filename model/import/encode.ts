/** Converts our types to ONNX protobuf messages. */
import type { Attribute, DataType, Tensor, TensorInfo } from '../graph.js';
import { type AttributeProto, proto, type TensorProto, type ValueInfoProto } from './proto.js';

/** Numbers of TensorProto.DataType. */
export const elementTypes: Readonly<Record<DataType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
};

export function encodeTensor(name: string, { type, shape, data }: Tensor): TensorProto {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dataType: elementTypes[type], dims: [...shape], rawData };
}

/** A `TensorInfo`, with a shape that may be read-only. */
interface DescribedValue extends Omit<TensorInfo, 'shape'> {
  readonly shape: readonly number[];
}

export function encodeValueInfo({ name, type, shape }: DescribedValue): ValueInfoProto {
  const dim = shape.map((extent) => ({ dimValue: extent }));
  return { name, type: { tensorType: { elemType: elementTypes[type], shape: { dim } } } };
}

/** Attributes that the ONNX operator definitions declare as FLOAT; an integer value of any other is INT. */
const floatAttributes = new Set([
  'alpha',
  'beta',
  'bias',
  'clip',
  'epsilon',
  'gamma',
  'lambd',
  'momentum',
  'ratio',
]);

export function encodeAttribute(name: string, value: Attribute): AttributeProto {
  const { AttributeType } = proto.AttributeProto;
  if (typeof value === 'string') return { name, type: AttributeType.STRING, s: Buffer.from(value) };
  if (typeof value === 'number') {
    return floatAttributes.has(name) || !Number.isInteger(value)
      ? { name, type: AttributeType.FLOAT, f: value }
      : { name, type: AttributeType.INT, i: value };
  }
  if (value.every((item) => typeof item === 'string')) {
    return { name, type: AttributeType.STRINGS, strings: value.map((item) => Buffer.from(item)) };
  }
  const numbers = value.map(Number);
  return numbers.every(Number.isInteger)
    ? { name, type: AttributeType.INTS, ints: numbers }
    : { name, type: AttributeType.FLOATS, floats: numbers };
}
