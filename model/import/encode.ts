/** From our types to those of the ONNX schema. */
import type { Attribute, DataType, Tensor } from '../graph.js';
import { type AttributeProto, proto, type TensorProto } from './proto.js';

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

/** Attributes whose numbers are FLOAT in the ONNX operator definitions; all other numbers are INT. */
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
