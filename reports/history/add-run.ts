/** Puts a run into the history, with what git knows of its commit. */
import { historyFile } from '../../common/paths.js';
import type { RunResults } from '../../common/run/results.js';
import type { Retraction } from '../../common/run/retraction.js';
import { commitTime } from './commit-time.js';
import { recordRun } from './record.js';

/** @throws TouchstoneError('storage') where the history cannot be written */
export async function addRun(
  results: RunResults,
  retraction: Retraction | undefined,
  file = historyFile(),
): Promise<void> {
  recordRun(results, file, { commitTime: await commitTime(results.touchstone.commit), retraction });
}
