/**
 * Converts ONNX protobuf messages to our types. Absent fields have protobuf's defaults: 0, no bytes, an empty list. Every size is
 * checked before memory is allocated for it.
 */
import {
  allocate,
  type DataType,
  elementBytes,
  elementCount,
  type Tensor,
  tensorFromBytes,
} from '../graph.js';
import { modelError } from '../model-error.js';
import { elementTypes } from './encode.js';
import type { ExternalData } from './external-data.js';
import { type AttributeProto, nameOf, proto, type TensorProto } from './proto.js';
import type { RawAttribute } from './raw-model.js';
import { unsupportedElementType } from './unsupported-types.js';

const typesByNumber = new Map(
  Object.entries(elementTypes).map(([type, number]) => [number, type as DataType]),
);
/** uint4 and int4 by their numbers in onnx.proto, and the types that have all of their values. */
export const fourBitTypes: ReadonlyMap<number, 'uint8' | 'int8'> = new Map([
  [21, 'uint8'],
  [22, 'int8'],
]);
/** Larger than any model that is benchmarked on one machine; guards against corrupt dimensions. */
const maxTensorBytes = 8 * 2 ** 30;

/** The element type of a number of onnx.proto; undefined for one that is not supported. */
export function knownType(number: number): DataType | undefined {
  return typesByNumber.get(number);
}

/** @throws TouchstoneError('model') for an element type that is not supported, with its name in onnx.proto and the way out */
export function dataTypeOf(number: number | null | undefined, where: string): DataType {
  // Protobuf omits fields that are 0, which is UNDEFINED here.
  const code = number ?? 0;
  const type = knownType(code);
  if (type) return type;
  throw unsupportedElementType(where, code);
}

/**
 * @param where for error messages: `initialiser conv1.weight`
 * @throws TouchstoneError('model') for an unsupported type, or data that does not fit the shape
 */
export function decodeTensor(tensor: TensorProto, external: ExternalData, where: string): Tensor {
  const type = dataTypeOf(tensor.dataType, where);
  const shape = (tensor.dims ?? []).map((dim) => toExtent(dim, where));
  const count = elementCount(shape);
  const size = count * elementBytes(type);
  if (!Number.isSafeInteger(count) || size > maxTensorBytes) {
    throw modelError(`${where} claims shape ${shape.join('×')}, which is too large to be read`);
  }
  const bytes = bytesOf(tensor, external, size, where);
  if (bytes) {
    if (bytes.byteLength !== size) throw mismatch(where, shape, bytes.byteLength / elementBytes(type));
    return tensorFromBytes(type, shape, bytes);
  }
  const typed = typedData(tensor, type);
  if (typed.length !== count) throw mismatch(where, shape, typed.length);
  const data = allocate(type, count);
  const isBig = data instanceof BigInt64Array || data instanceof BigUint64Array;
  typed.forEach((value, index) => {
    data[index] = isBig ? BigInt(String(value)) : Number(value);
  });
  return { type, shape, data };
}

/** By number in onnx.proto, the types whose bits those of bfloat16 and float8 are. */
const storedTypes: ReadonlyMap<number, 'uint8' | 'uint16'> = new Map([
  [16, 'uint16'],
  ...[17, 18, 19, 20].map((number): [number, 'uint8'] => [number, 'uint8']),
]);

/** The tensor as the integers that it is stored in, where it has a type that is none of a graph. */
export function storedBytes(tensor: TensorProto, where: string): TensorProto {
  const type = tensor.dataType ?? 0;
  if (fourBitTypes.has(type)) return packedBytes(tensor, where);
  const stored = storedTypes.get(type);
  return stored ? { ...tensor, dataType: elementTypes[stored] } : tensor;
}

/** A tensor of 4-bit integers as its bytes, in each of which are two: the first in the lower half. */
export function packedBytes(tensor: TensorProto, where: string): TensorProto {
  const count = elementCount((tensor.dims ?? []).map((dim) => toExtent(dim, where)));
  return { ...tensor, dataType: elementTypes.uint8, dims: [Math.ceil(count / 2)] };
}

/** A dimension, an attribute or an offset. protobufjs returns a Long for 64-bit fields. */
export function toNumber(value: unknown, where: string): number {
  const number = Number(String(value));
  if (!Number.isSafeInteger(number)) {
    throw modelError(`${where} is ${String(value)}, which is not an integer within ±2⁵³`);
  }
  return number;
}

/** @param where for error messages: `node conv1 (Conv)` */
export function decodeAttribute(
  attribute: AttributeProto,
  external: ExternalData,
  where: string,
): RawAttribute {
  const { AttributeType } = proto.AttributeProto;
  const name = `${where}, attribute ${nameOf(attribute)}`;
  if (attribute.refAttrName) {
    throw modelError(`${name} refers to attribute ${attribute.refAttrName} of a function that it is not in`);
  }
  switch (attribute.type) {
    case AttributeType.FLOAT:
      return attribute.f ?? 0;
    case AttributeType.INT:
      return toNearestNumber(attribute.i);
    case AttributeType.STRING:
      return Buffer.from(attribute.s ?? []).toString('utf8');
    case AttributeType.FLOATS:
      return [...(attribute.floats ?? [])];
    case AttributeType.INTS:
      return (attribute.ints ?? []).map(toNearestNumber);
    case AttributeType.STRINGS:
      return (attribute.strings ?? []).map((text) => Buffer.from(text).toString('utf8'));
    case AttributeType.TENSOR:
      return { tensor: decodeTensor(presentIn(attribute.t, name), external, name) };
    case AttributeType.GRAPH:
      return { graph: presentIn(attribute.g, name) };
    default:
      throw modelError(`${name} has the attribute type ${String(attribute.type)}, which is not supported`);
  }
}

/** Whether the tensor's data is in another file. */
export function isExternal(tensor: TensorProto): boolean {
  return tensor.dataLocation === proto.TensorProto.DataLocation.EXTERNAL;
}

/** The tensor with its data inline. @param where for error messages */
export function withInlineData(tensor: TensorProto, external: ExternalData, where: string): TensorProto {
  if (!isExternal(tensor)) return tensor;
  const { data } = decodeTensor(storedBytes(tensor, where), external, where);
  return {
    ...tensor,
    dataLocation: proto.TensorProto.DataLocation.DEFAULT,
    externalData: [],
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

function presentIn<Value>(value: Value | null | undefined, where: string): Value {
  if (!value) throw modelError(`${where} has no value`);
  return value;
}

/** Exporters write INT64_MAX for "to the end"; the nearest double means the same. */
function toNearestNumber(value: unknown): number {
  return Number(String(value ?? 0));
}

function toExtent(dim: unknown, where: string): number {
  const extent = toNumber(dim, `a dimension of ${where}`);
  if (extent < 0) throw modelError(`${where} has the negative dimension ${extent}`);
  return extent;
}

/** Raw bytes, inline or external; undefined if the data is in a typed field. */
function bytesOf(
  tensor: TensorProto,
  external: ExternalData,
  expected: number,
  where: string,
): Uint8Array | undefined {
  if (isExternal(tensor)) {
    const entries = new Map((tensor.externalData ?? []).map((entry) => [entry.key, entry.value ?? '']));
    const length = toNumber(entries.get('length') ?? expected, `the length of ${where}`);
    if (length !== expected) {
      throw modelError(
        `${where} has ${expected} bytes according to its shape, but ${length} according to its external data`,
      );
    }
    const offset = toNumber(entries.get('offset') ?? 0, `the offset of ${where}`);
    const location = entries.get('location');
    if (location === undefined) throw modelError(`${where} has external data without a location`);
    return external(location, offset, length);
  }
  return tensor.rawData && tensor.rawData.length > 0 ? tensor.rawData : undefined;
}

function typedData(tensor: TensorProto, type: DataType): readonly unknown[] {
  if (type === 'float32') return tensor.floatData ?? [];
  if (type === 'float64') return tensor.doubleData ?? [];
  if (type === 'int64') return tensor.int64Data ?? [];
  if (type === 'uint64' || type === 'uint32') return tensor.uint64Data ?? [];
  return tensor.int32Data ?? [];
}

function mismatch(where: string, shape: readonly number[], found: number): Error {
  return modelError(
    `${where} has data for ${found} elements, but its shape ${shape.join('×') || 'scalar'} has ${elementCount(shape)}`,
  );
}
