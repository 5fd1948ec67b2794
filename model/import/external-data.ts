/** ONNX external data: tensors that a model stores in files beside it. */
import { closeSync, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { modelError } from '../model-error.js';

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
 * Reads only files inside the model's folder, after symbolic links are resolved: a downloaded model must not be able to
 * read the user's other files.
 *
 * @param onRead called with the path of each file that is read
 */
export function externalDataIn(folder: string, onRead: (path: string) => void = () => {}): ExternalData {
  return (location, offset, length) => {
    const path = locate(folder, location);
    onRead(path);
    return readRange(path, location, offset, length);
  };
}

/** For models that are not files in a folder. */
export function noExternalData(): never {
  throw modelError('it has external data, which only a model file in a folder can have');
}

function locate(folder: string, location: string): string {
  const root = realpathSync(folder);
  const claimed = resolve(root, location);
  // A path outside the folder is rejected before it is looked up, so that its existence is not revealed either.
  const path = isInside(root, claimed) ? realpathOf(claimed, location) : claimed;
  if (!isInside(root, path)) {
    throw modelError(`external data ${JSON.stringify(location)} is outside the model's folder`);
  }
  return path;
}

function isInside(root: string, path: string): boolean {
  const steps = relative(root, path);
  return steps !== '' && steps !== '..' && !steps.startsWith(`..${sep}`) && !isAbsolute(steps);
}

function realpathOf(path: string, location: string): string {
  try {
    return realpathSync(path);
  } catch {
    throw modelError(
      `external data ${JSON.stringify(location)} is missing`,
      'put the file into the folder of the model',
    );
  }
}

function readRange(path: string, location: string, offset: number, length: number): Uint8Array {
  // Opening a named pipe would block until a writer opens it.
  if (!statSync(path).isFile()) throw modelError(`external data ${location} is not a regular file`);
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    if (offset < 0 || length < 0 || offset + length > size) {
      throw modelError(
        `external data ${location} has ${size} bytes, but the model refers to bytes ${offset} to ${offset + length}`,
      );
    }
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const read = readSync(descriptor, bytes, filled, length - filled, offset + filled);
      if (read === 0) throw modelError(`external data ${location} was truncated while it was read`);
      filled += read;
    }
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}
