/** ONNX external data: tensors that a model stores in files beside it. */
import { closeSync, existsSync, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { modelError } from '../model-error.js';
import { pointerBytes, pointerFormat } from './foreign-formats.js';

/**
 * Reads bytes of a tensor from outside the model file.
 *
 * @param location relative path, as in the model
 * @param offset in bytes, from the beginning of the file
 * @param length in bytes
 * @throws TouchstoneError('model') if the file is missing, too short or outside the model's folder
 */
export type ExternalData = (location: string, offset: number, length: number) => Uint8Array;

/**
 * Reads only files that a model may have: inside its folder, or beside what the model's own link leads to, after symbolic
 * links are resolved. The Hugging Face hub stores models as links into a folder of blobs. A downloaded model must not be
 * able to read the user's other files.
 *
 * @param onRead called with the path of each file that is read
 */
export function externalDataOf(model: string, onRead: (path: string) => void = () => {}): ExternalData {
  return (location, offset, length) => {
    const path = locate(model, location);
    onRead(path);
    return readRange(path, location, offset, length);
  };
}

/** False only where the model has no external data: every reference to it has the key `location`, as other text may. */
export function mayHaveExternalData(model: Uint8Array): boolean {
  return Buffer.from(model.buffer, model.byteOffset, model.byteLength).includes('location');
}

/** For models that are not files in a folder. */
export function noExternalData(): never {
  throw modelError('it has external data, which only a model file in a folder can have');
}

function locate(model: string, location: string): string {
  const own = realpathSync(dirname(model));
  // The folder of the file itself, where the model is a link.
  const real = dirname(realpathSync(model));
  // A path outside the folder is rejected before it is looked up, so that its existence is not revealed either.
  const claimed = [own, real].filter((folder) => isInside(folder, resolve(folder, location)));
  if (claimed.length === 0) throw outside(location);
  const found = claimed.map((folder) => resolve(folder, location)).find((path) => existsSync(path));
  if (found === undefined) {
    throw modelError(
      `external data ${JSON.stringify(location)} is missing`,
      'put the file into the folder of the model',
    );
  }
  const path = realpathSync(found);
  if (isInside(own, path) || isInside(real, path)) return path;
  throw outside(location);
}

function outside(location: string): Error {
  return modelError(
    `external data ${JSON.stringify(location)} is outside the model's folder`,
    'put the file itself into the folder of the model: links may lead only beside the end of a link that the model is',
  );
}

function isInside(root: string, path: string): boolean {
  const steps = relative(root, path);
  return steps !== '' && steps !== '..' && !steps.startsWith(`..${sep}`) && !isAbsolute(steps);
}

function readRange(path: string, location: string, offset: number, length: number): Uint8Array {
  // Opening a named pipe would block until a writer opens it.
  if (!statSync(path).isFile()) throw modelError(`external data ${location} is not a regular file`);
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    if (offset < 0 || length < 0 || offset + length > size) {
      const pointer = pointerFormat(readPart(descriptor, 0, Math.min(size, pointerBytes), location));
      throw modelError(
        `external data ${location} ${pointer ? `is ${pointer.name}` : `has ${size} bytes`}, but the model refers to bytes ${offset} to ${offset + length}`,
        pointer?.hint,
      );
    }
    return readPart(descriptor, offset, length, location);
  } finally {
    closeSync(descriptor);
  }
}

function readPart(descriptor: number, offset: number, length: number, location: string): Uint8Array {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const read = readSync(descriptor, bytes, filled, length - filled, offset + filled);
    if (read === 0) throw modelError(`external data ${location} was truncated while it was read`);
    filled += read;
  }
  return bytes;
}
