/** Adds run folders to the history. */
import { explain, TouchstoneError } from '../../common/errors.js';
import { findRun } from '../../common/run/locate.js';
import type { Say } from '../../common/run/observer.js';
import { readRun } from '../../common/run/read-run.js';
import { readRetraction } from '../../common/run/retraction.js';
import { analyse } from '../analyse/analyse.js';
import { addRun } from './add-run.js';

/** Folders that cannot be read are named, and the others are added. @returns whether all were added */
export async function importRuns(
  folders: readonly string[],
  file: string,
  say: Say,
): Promise<'all' | 'some'> {
  let count = 0;
  for (const name of folders) {
    try {
      const folder = findRun(name);
      const { manifest, events } = await readRun(folder);
      await addRun(analyse(manifest, events), await readRetraction(folder), file);
      count += 1;
    } catch (error) {
      if (!(error instanceof TouchstoneError) || error.code === 'storage') throw error;
      say(`not added: ${explain(error)}`);
    }
  }
  if (folders.length > 0) say(`added ${count} of ${folders.length} runs`);
  return count === folders.length ? 'all' : 'some';
}
