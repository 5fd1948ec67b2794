/** Derives `results.json` of a run folder. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { type RunResults, runResults } from '../../common/run/results.js';
import { analyse } from './analyse.js';
import { readRun } from './read-run.js';

export const resultsFile = 'results.json';

/** Analyses the run and writes its results whole or not at all. Rejects with a `storage` error where it cannot write. */
export async function writeResults(folder: string): Promise<RunResults> {
  const { manifest, events } = await readRun(folder);
  const results = runResults.parse(analyse(manifest, events));
  await writeWhole(join(folder, resultsFile), `${JSON.stringify(results)}\n`);
  return results;
}

/** Writes beside the file and renames, so that a reader never meets half of it. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.part`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new TouchstoneError('storage', `cannot write ${path}: ${messageOf(cause)}`, {
      hint: 'the measurements are kept; free some space, then `report` writes it again',
      cause,
    });
  }
}
