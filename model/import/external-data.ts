/** Tensors that a model keeps in files beside it. */
import { closeSync, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { refuse } from './decode.js';

/**
 * Reads the bytes of a tensor that lie outside the model file.
 * @throws TouchstoneError('model') when they are not where the model says, or may not be read
 */
export type ExternalData = (location: string, offset: number, length: number) => Uint8Array;

/**
 * Only files inside the model's own folder, links followed: a model from elsewhere must not read the user's files.
 * @param seen is told of each file that is read
 */
export function externalDataIn(folder: string, seen: (path: string) => void = () => {}): ExternalData {
  return (location, offset, length) => {
    const path = locate(folder, location);
    seen(path);
    return readPart(path, location, offset, length);
  };
}

/** For models that are not files in a folder. */
export function noExternalData(): never {
  throw refuse('it has external data, which only a file in a folder can have');
}

function locate(folder: string, location: string): string {
  const root = realpathSync(folder);
  // Before the disk is asked: whether a file outside exists is none of the model's business either.
  const claimed = resolve(root, location);
  const path = isInside(root, claimed) ? realpathOf(claimed, location) : claimed;
  if (!isInside(root, path)) {
    throw refuse(`external data ${JSON.stringify(location)} lies outside the model's folder`);
  }
  return path;
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function realpathOf(path: string, location: string): string {
  try {
    return realpathSync(path);
  } catch {
    throw refuse(`external data ${JSON.stringify(location)} is missing`, 'it belongs beside the model');
  }
}

function readPart(path: string, location: string, offset: number, length: number): Uint8Array {
  // To open a pipe would be to wait for somebody who writes to it.
  if (!statSync(path).isFile()) throw refuse(`external data ${location} is not a file`);
  const descriptor = openSync(path, 'r');
  try {
    const status = fstatSync(descriptor);
    if (offset < 0 || length < 0 || offset + length > status.size) {
      throw refuse(
        `external data ${location} has ${status.size} bytes, but bytes ${offset} to ${offset + length} are asked for`,
      );
    }
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const read = readSync(descriptor, bytes, filled, length - filled, offset + filled);
      if (read === 0) throw refuse(`external data ${location} became shorter while it was read`);
      filled += read;
    }
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}
