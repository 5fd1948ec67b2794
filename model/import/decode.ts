/** From the ONNX schema's types to ours, with every size checked before anything is allocated for it. */
import { TouchstoneError } from '../../common/errors.js';
import { type Attribute, type DataType, elementCount, type Tensor } from '../graph.js';
import { allocate } from '../safetensors.js';
import { elementTypes } from './encode.js';
import type { ExternalData } from './external-data.js';
import { type AttributeProto, type GraphProto, proto, type TensorProto } from './proto.js';

const typesByNumber = new Map(
  Object.entries(elementTypes).map(([type, number]) => [number, type as DataType]),
);
/** Of onnx.proto too, but of no tensor here: what its numbers are called. */
const foreignTypes: Readonly<Record<number, string>> = {
  8: 'string',
  14: 'complex64',
  15: 'complex128',
  16: 'bfloat16',
  17: 'float8e4m3fn',
  18: 'float8e4m3fnuz',
  19: 'float8e5m2',
  20: 'float8e5m2fnuz',
  21: 'uint4',
  22: 'int4',
  23: 'float4e2m1',
  24: 'float8e8m0',
  25: 'uint2',
  26: 'int2',
  27: 'float6e2m3',
  28: 'float6e3m2',
};
/** More than this is no model that a benchmark on one machine would load. */
const mostTensorBytes = 8 * 2 ** 30;

/** An attribute before normalising: it may hold a tensor or a subgraph. */
export type RawAttribute = Attribute | { readonly tensor: Tensor } | { readonly graph: GraphProto };

export function dataTypeOf(number: number | null | undefined, where: string): DataType {
  const type = typesByNumber.get(number ?? 0);
  if (type) return type;
  const foreign = foreignTypes[number ?? 0] ?? `number ${number ?? 0}`;
  throw refuse(`${where} has element type ${foreign}, which is not supported`);
}

/** @param where for messages: `initialiser conv1.weight` */
export function decodeTensor(tensor: TensorProto, external: ExternalData, where: string): Tensor {
  const type = dataTypeOf(tensor.dataType, where);
  const shape = (tensor.dims ?? []).map((dim) => toExtent(dim, where));
  const count = elementCount(shape);
  const width = allocate(type, 0).BYTES_PER_ELEMENT;
  if (!Number.isSafeInteger(count) || count * width > mostTensorBytes) {
    throw refuse(`${where} claims shape ${shape.join('×')}, which is too large to be read`);
  }
  const bytes = bytesOf(tensor, external, count * width, where);
  if (bytes) return fromBytes(type, shape, bytes, where);
  const typed = typedData(tensor, type);
  if (typed.length !== count) throw mismatch(where, shape, typed.length);
  const data = allocate(type, count);
  const big = data instanceof BigInt64Array || data instanceof BigUint64Array;
  typed.forEach((value, index) => {
    data[index] = big ? BigInt(String(value)) : Number(value);
  });
  return { type, shape, data };
}

/** A dimension, an attribute or an offset: protobufjs gives a Long where a number may not be exact. */
export function toNumber(value: unknown, where: string): number {
  const number = Number(String(value));
  if (!Number.isSafeInteger(number)) throw refuse(`${where} holds ${String(value)}, which is out of range`);
  return number;
}

export function decodeAttribute(
  attribute: AttributeProto,
  external: ExternalData,
  where: string,
): RawAttribute {
  const { AttributeType } = proto.AttributeProto;
  const name = `${where}, attribute ${attribute.name ?? ''}`;
  switch (attribute.type) {
    case AttributeType.FLOAT:
      return attribute.f ?? 0;
    case AttributeType.INT:
      return clampInteger(attribute.i);
    case AttributeType.STRING:
      return Buffer.from(attribute.s ?? []).toString('utf8');
    case AttributeType.FLOATS:
      return [...(attribute.floats ?? [])];
    case AttributeType.INTS:
      return (attribute.ints ?? []).map(clampInteger);
    case AttributeType.STRINGS:
      return (attribute.strings ?? []).map((text) => Buffer.from(text).toString('utf8'));
    case AttributeType.TENSOR:
      return { tensor: decodeTensor(attribute.t ?? {}, external, name) };
    case AttributeType.GRAPH:
      return { graph: attribute.g ?? {} };
    default:
      throw refuse(`${name} is of kind ${String(attribute.type)}, which is not supported`);
  }
}

/** Whether its data lies in another file. */
export function isOutside(tensor: TensorProto): boolean {
  return tensor.dataLocation === proto.TensorProto.DataLocation.EXTERNAL;
}

/** The tensor with its data in it, wherever that was. @param where for messages */
export function embedded(tensor: TensorProto, external: ExternalData, where: string): TensorProto {
  if (!isOutside(tensor)) return tensor;
  const { data } = decodeTensor(tensor, external, where);
  return {
    ...tensor,
    dataLocation: proto.TensorProto.DataLocation.DEFAULT,
    externalData: [],
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

export function refuse(message: string, hint?: string): TouchstoneError {
  return new TouchstoneError('model', message, hint === undefined ? {} : { hint });
}

/** Exporters write INT64_MAX for "to the end": its nearest double says the same. */
function clampInteger(value: unknown): number {
  return Number(String(value ?? 0));
}

function toExtent(dim: unknown, where: string): number {
  const extent = toNumber(dim, where);
  if (extent < 0) throw refuse(`${where} has a negative dimension`);
  return extent;
}

function bytesOf(
  tensor: TensorProto,
  external: ExternalData,
  expected: number,
  where: string,
): Uint8Array | undefined {
  if (isOutside(tensor)) {
    const entries = new Map((tensor.externalData ?? []).map((entry) => [entry.key, entry.value ?? '']));
    const length = toNumber(entries.get('length') ?? expected, where);
    if (length !== expected) {
      throw refuse(`${where} has ${expected} bytes by its shape, and ${length} by its external data`);
    }
    return external(entries.get('location') ?? '', toNumber(entries.get('offset') ?? 0, where), length);
  }
  return tensor.rawData && tensor.rawData.length > 0 ? tensor.rawData : undefined;
}

function fromBytes(type: DataType, shape: number[], bytes: Uint8Array, where: string): Tensor {
  const data = allocate(type, 0);
  if (bytes.byteLength !== elementCount(shape) * data.BYTES_PER_ELEMENT) {
    throw mismatch(where, shape, bytes.byteLength / data.BYTES_PER_ELEMENT);
  }
  // A copy of its own, aligned for the element type.
  const copy = allocate(type, elementCount(shape));
  new Uint8Array(copy.buffer).set(bytes);
  return { type, shape, data: copy };
}

function typedData(tensor: TensorProto, type: DataType): readonly unknown[] {
  if (type === 'float32') return tensor.floatData ?? [];
  if (type === 'float64') return tensor.doubleData ?? [];
  if (type === 'int64') return tensor.int64Data ?? [];
  if (type === 'uint64' || type === 'uint32') return tensor.uint64Data ?? [];
  return tensor.int32Data ?? [];
}

function mismatch(where: string, shape: readonly number[], found: number): TouchstoneError {
  return refuse(
    `${where} has data for ${found} elements, but its shape ${shape.join('×') || 'scalar'} has ${elementCount(shape)}`,
  );
}
