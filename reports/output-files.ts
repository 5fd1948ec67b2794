/** Files that a user asked for by name: each whole, in a folder that is made where there is none. */
import { appendFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf, TouchstoneError } from '../common/errors.js';
import { makeFolder, writeWhole } from '../common/files.js';

/** @throws TouchstoneError('storage') */
export async function writeOutput(path: string, text: string | Iterable<string>): Promise<void> {
  makeFolderFor(path);
  await writeWhole(path, text);
}

/** The summary of a CI step is a file to which every command of the step appends. @throws TouchstoneError('storage') */
export async function writeMarkdown(path: string, text: string): Promise<void> {
  const summary = process.env.GITHUB_STEP_SUMMARY;
  if (!summary || resolve(path) !== resolve(summary)) return writeOutput(path, text);
  makeFolderFor(path);
  try {
    const { size } = await stat(path).catch(() => ({ size: 0 }));
    await appendFile(path, size > 0 ? `\n\n${text}` : text);
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/** One that cannot be written does not keep the others from being written. Rejects with the error of the first that failed. */
export async function allWritten(writing: readonly (Promise<void> | undefined)[]): Promise<void> {
  const endings = await Promise.allSettled(writing);
  const failed = endings.find((ending) => ending.status === 'rejected');
  if (failed) throw failed.reason;
}

function makeFolderFor(path: string): void {
  try {
    makeFolder(dirname(resolve(path)));
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

function cannotWrite(path: string, cause: unknown): TouchstoneError {
  return new TouchstoneError('storage', `cannot write ${path}: ${messageOf(cause)}`, {
    hint: 'give a path in a folder that can be written to',
    cause,
  });
}
