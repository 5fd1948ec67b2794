import { readdirSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, TouchstoneError } from './errors.js';

/**
 * Writes beside the file and renames, so that a reader never sees half of it.
 *
 * @throws TouchstoneError('storage') where it cannot be written
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.part`;
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
