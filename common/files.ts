import { randomUUID } from 'node:crypto';
import { constants, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { messageOf, TouchstoneError } from './errors.js';

/**
 * Writes beside the file and renames, so that a reader never sees half of it.
 *
 * @param text as a whole, or in parts where the whole would take much memory
 * @throws TouchstoneError('storage') where it cannot be written
 */
export async function writeWhole(path: string, text: string | Iterable<string>): Promise<void> {
  // Two workers of one target may be given the same plan at once, by this process.
  const temporary = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new TouchstoneError('storage', `cannot write ${path}: ${messageOf(cause)}`, {
      hint: 'free some space, or check who may write there; what was there before is unchanged',
      cause,
    });
  }
}

/** Paths of the files below a folder whose names match, sorted. */
export function filesBelow(folder: string, pattern: RegExp): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/**
 * Makes a folder and those above it, one level at a time: Node's own `recursive` never returns where a parent is there and
 * takes no folder, as /proc, and no signal ends it.
 */
export function makeFolder(folder: string): void {
  const path = resolve(folder);
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // A concurrent run may have been faster.
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/**
 * A new folder for temporary files; whoever asks removes it.
 *
 * @param name what its name begins with
 * @throws TouchstoneError('storage') where TMPDIR takes none
 */
export async function temporaryFolder(name: string): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), `touchstone-${name}-`));
  } catch (cause) {
    throw new TouchstoneError('storage', `cannot make a folder in ${tmpdir()}: ${messageOf(cause)}`, {
      hint: 'set TMPDIR to a folder that exists and can be written',
      cause,
    });
  }
}

/**
 * Opens a file and calls `read` with it. A pipe or a device is refused: reading one may never end.
 *
 * @throws Error where the file is not there or is no regular file
 */
export async function withRegularFile<T>(path: string, read: (file: FileHandle) => Promise<T>): Promise<T> {
  // Without O_NONBLOCK, opening a named pipe waits for somebody who writes to it.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) throw new Error(`${path} is not a regular file`);
    return await read(file);
  } finally {
    await file.close();
  }
}
