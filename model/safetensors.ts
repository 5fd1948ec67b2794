/** Files of tensors; their format is in `safetensors-bytes.ts`. */
import { randomUUID } from 'node:crypto';
import { type FileHandle, rename, writeFile } from 'node:fs/promises';
import { messageOf, TouchstoneError } from '../common/errors.js';
import { withRegularFile } from '../common/files.js';
import type { Tensor, Tensors } from './graph.js';
import { headerBytes, parseMetadata, parseTensors, tensorBytes } from './safetensors-bytes.js';

/**
 * All tensors of a file by name, each with memory of its own.
 *
 * @throws TouchstoneError('storage') for a malformed file, or one that cannot be read
 */
export async function readTensors(path: string): Promise<Record<string, Tensor>> {
  return parseTensors(await readWhole(path), path);
}

/** The strings under `__metadata__`; an empty record for a file without. */
export async function readMetadata(path: string): Promise<Record<string, string>> {
  return parseMetadata(await readWhole(path), path);
}

/**
 * Writes a file atomically: a concurrent reader sees the whole file or none.
 *
 * @throws TouchstoneError('internal') for a tensor whose data does not fit its shape
 */
export async function writeTensors(
  path: string,
  tensors: Tensors,
  metadata?: Readonly<Record<string, string>>,
): Promise<void> {
  const parts = tensorBytes(tensors, metadata);
  const temporary = `${path}.${randomUUID()}.tmp`;
  await writeFile(temporary, parts);
  await rename(temporary, path);
}

/** The bytes of a file whose header has a plausible length, which is checked before the rest is read. */
export async function readWhole(path: string): Promise<Uint8Array> {
  try {
    return await withRegularFile(path, async (file) => {
      await checkHeader(file, path);
      return file.readFile();
    });
  } catch (cause) {
    if (cause instanceof TouchstoneError) throw cause;
    throw new TouchstoneError('storage', `cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}

/** Before the file is read: one with a wrong header may be of any size. */
async function checkHeader(file: FileHandle, path: string): Promise<void> {
  const { size } = await file.stat();
  const first = Buffer.alloc(8);
  // From a position, so that what reads the file next begins at its beginning.
  const { bytesRead } = await file.read(first, 0, first.length, 0);
  headerBytes(first.subarray(0, bytesRead), size, path);
}
