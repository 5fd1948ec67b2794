/**
 * The safetensors file format, in which all tensors are exchanged between processes and languages: eight bytes with the
 * header's length, a JSON header `{name: {dtype, shape, data_offsets}}`, then the data, little-endian and row-major.
 * Format: https://github.com/huggingface/safetensors#format
 *
 * Bytes alone: a page of a browser bundles this; files are in `safetensors.ts`.
 */
import { z } from 'zod';
import { TouchstoneError } from '../common/errors.js';
import {
  type DataType,
  elementBytes,
  elementCount,
  type Tensor,
  type Tensors,
  tensorFromBytes,
} from './graph.js';

const codes = {
  float64: 'F64',
  float32: 'F32',
  float16: 'F16',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint64: 'U64',
  uint32: 'U32',
  uint16: 'U16',
  uint8: 'U8',
  bool: 'BOOL',
} as const satisfies Record<DataType, string>;
const typesByCode = new Map<string, DataType>(
  Object.entries(codes).map(([type, code]) => [code, type as DataType]),
);

const offset = z.number().int().nonnegative();
const entry = z.object({
  dtype: z.string(),
  shape: z.array(offset),
  data_offsets: z.tuple([offset, offset]),
});
/** Not a `z.record`, which would drop a tensor named __proto__. */
const header = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
/** Limit of the format. */
const maxHeaderBytes = 100_000_000;

/**
 * All tensors of a file by name, each with memory of its own.
 *
 * @param where for error messages
 * @throws TouchstoneError('storage') for bytes that are malformed
 */
export function parseTensors(bytes: Uint8Array, where: string): Record<string, Tensor> {
  const { entries, data } = splitFile(bytes, where);
  const tensors: [name: string, Tensor][] = [];
  let describedBytes = 0;
  for (const [name, raw] of Object.entries(entries)) {
    if (name === '__metadata__') continue;
    const tensor = tensorOf(raw, data, `${where}: tensor ${name}`);
    tensors.push([name, tensor]);
    describedBytes += tensor.data.byteLength;
    // Overlapping tensors would let a small file allocate any amount of memory.
    if (describedBytes > data.length) throw malformed(where, 'its tensors overlap');
  }
  if (describedBytes < data.length) throw malformed(where, 'some of its data belongs to no tensor');
  // Not by assignment: a tensor may be named __proto__.
  return Object.fromEntries(tensors);
}

/** The strings under `__metadata__`; an empty record for a file without. */
export function parseMetadata(bytes: Uint8Array, where: string): Record<string, string> {
  const { entries } = splitFile(bytes, where);
  const metadata = z.record(z.string(), z.string()).safeParse(entries.__metadata__);
  return metadata.success ? metadata.data : {};
}

/**
 * The parts of a file, one after the other.
 *
 * @throws TouchstoneError('internal') for a tensor whose data does not fit its shape
 */
export function tensorBytes(tensors: Tensors, metadata?: Readonly<Record<string, string>>): Uint8Array[] {
  const entries: [name: string, entry: unknown][] = metadata ? [['__metadata__', metadata]] : [];
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const [name, { type, shape, data }] of Object.entries(tensors)) {
    if (data.length !== elementCount(shape)) {
      throw new TouchstoneError(
        'internal',
        `tensor ${name} has ${data.length} elements for shape ${shape.join('×')}`,
      );
    }
    const begin = end;
    end += data.byteLength;
    entries.push([name, { dtype: codes[type], shape, data_offsets: [begin, end] }]);
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  // Padded with spaces so that the data begins at a multiple of eight, as the format recommends.
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const json = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  json.set(text);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
  return [length, json, ...parts];
}

/** Length of the header. @param bytes the beginning of the file. @param size of the whole file */
export function headerBytes(bytes: Uint8Array, size: number, path: string): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length >= 8 ? Number(view.getBigUint64(0, true)) : Number.NaN;
  if (!(length <= size - 8)) throw malformed(path, 'its header is truncated');
  if (length > maxHeaderBytes) {
    throw malformed(path, `its header has ${length} bytes, and the format's limit is ${maxHeaderBytes}`);
  }
  return length;
}

function splitFile(bytes: Uint8Array, path: string): { entries: Record<string, unknown>; data: Uint8Array } {
  const length = headerBytes(bytes, bytes.length, path);
  try {
    const entries = header.parse(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))));
    return { entries, data: bytes.subarray(8 + length) };
  } catch (cause) {
    throw malformed(path, 'its header is not JSON', cause);
  }
}

function tensorOf(raw: unknown, data: Uint8Array, where: string): Tensor {
  const parsed = entry.safeParse(raw);
  if (!parsed.success) throw malformed(where, 'its header entry has the wrong form', parsed.error);
  const {
    dtype,
    shape,
    data_offsets: [begin, end],
  } = parsed.data;
  const type = typesByCode.get(dtype);
  if (!type) throw malformed(where, `element type ${dtype} is not supported`);
  const count = elementCount(shape);
  if (end > data.length || end - begin !== count * elementBytes(type)) {
    throw malformed(where, `shape ${shape.join('×')} does not fit its ${end - begin} bytes`);
  }
  return tensorFromBytes(type, shape, data.subarray(begin, end));
}

function malformed(where: string, why: string, cause?: unknown): TouchstoneError {
  return new TouchstoneError('storage', `${where}: not a safetensors file: ${why}`, { cause });
}
