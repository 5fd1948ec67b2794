/**
 * Tensors in files: the safetensors format, read by every language that we drive. Eight bytes with the header's
 * length, a JSON header `{name: {dtype, shape, data_offsets}}`, then the data, little-endian and row-major.
 * Format: https://github.com/huggingface/safetensors#format
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { TouchstoneError } from '../common/errors.js';
import { type DataType, elementCount, type Tensor, type TensorData, type Tensors } from './graph.js';

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

const arrays = {
  float64: Float64Array,
  float32: Float32Array,
  float16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint64: BigUint64Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const satisfies Record<DataType, unknown>;

const offset = z.number().int().nonnegative();
const entry = z.object({
  dtype: z.string(),
  shape: z.array(offset),
  data_offsets: z.tuple([offset, offset]),
});
/** Not a `z.record`, which would lose a tensor that is called __proto__. */
const header = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
/** The format's own limit. */
const longestHeaderBytes = 100_000_000;

/** A zeroed array of the element type; float16 is kept as its 16 bits. */
export function allocate(type: DataType, count: number): TensorData {
  return new arrays[type](count);
}

/** All tensors of a file, by name, each with memory of its own. */
export async function readTensors(path: string): Promise<Record<string, Tensor>> {
  const bytes = await readFile(path);
  return parseTensors(bytes, path);
}

/** The file's metadata strings; empty where it has none. */
export async function readMetadata(path: string): Promise<Record<string, string>> {
  const { entries } = splitFile(await readFile(path), path);
  const metadata = z.record(z.string(), z.string()).safeParse(entries.__metadata__);
  return metadata.success ? metadata.data : {};
}

/** @param path only for messages */
export function parseTensors(bytes: Uint8Array, path: string): Record<string, Tensor> {
  const { entries, data } = splitFile(bytes, path);
  const tensors: [name: string, Tensor][] = [];
  let describedBytes = 0;
  for (const [name, raw] of Object.entries(entries)) {
    if (name === '__metadata__') continue;
    const tensor = tensorOf(raw, data, `${path}: tensor ${name}`);
    tensors.push([name, tensor]);
    describedBytes += tensor.data.byteLength;
    // Tensors that overlap would let a small file fill the memory.
    if (describedBytes > data.length) throw malformed(path, 'its tensors overlap');
  }
  if (describedBytes < data.length) throw malformed(path, 'it holds data that belongs to no tensor');
  // Not by assignment: a tensor may be called __proto__.
  return Object.fromEntries(tensors);
}

/** Writes atomically: a reader sees the whole file or none. */
export async function writeTensors(
  path: string,
  tensors: Tensors,
  metadata?: Readonly<Record<string, string>>,
): Promise<void> {
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
  const text = JSON.stringify(Object.fromEntries(entries));
  const json = Buffer.from(text.padEnd(text.length + ((8 - (Buffer.byteLength(text) % 8)) % 8)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, Buffer.concat([length, json, ...parts]));
  await rename(temporary, path);
}

function splitFile(bytes: Uint8Array, path: string): { entries: Record<string, unknown>; data: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length >= 8 ? Number(view.getBigUint64(0, true)) : Number.NaN;
  if (!(length <= longestHeaderBytes) || length > bytes.length - 8)
    throw malformed(path, 'its header is cut off');
  try {
    const entries = header.parse(JSON.parse(Buffer.from(bytes.subarray(8, 8 + length)).toString('utf8')));
    return { entries, data: bytes.subarray(8 + length) };
  } catch (cause) {
    throw malformed(path, 'its header is not JSON', cause);
  }
}

function tensorOf(raw: unknown, data: Uint8Array, where: string): Tensor {
  const parsed = entry.safeParse(raw);
  if (!parsed.success) throw malformed(where, 'its entry is not one', parsed.error);
  const {
    dtype,
    shape,
    data_offsets: [begin, end],
  } = parsed.data;
  const type = typesByCode.get(dtype);
  if (!type) throw malformed(where, `element type ${dtype} is not known`);
  const count = elementCount(shape);
  if (end > data.length || end - begin !== count * arrays[type].BYTES_PER_ELEMENT) {
    throw malformed(where, `shape ${shape.join('×')} does not fit its ${end - begin} bytes`);
  }
  // A copy of its own: offsets in the file need not be aligned for the element type.
  return { type, shape, data: new arrays[type](Uint8Array.from(data.subarray(begin, end)).buffer) };
}

function malformed(where: string, why: string, cause?: unknown): TouchstoneError {
  return new TouchstoneError('storage', `${where}: not a safetensors file: ${why}`, { cause });
}
