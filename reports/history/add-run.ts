/** Puts a run into the history, with what git knows of its commit. */
import { historyFile } from '../../common/paths.js';
import type { RunResults } from '../../common/run/results.js';
import type { Retraction } from '../../common/run/retraction.js';
import { commitTime } from './commit-time.js';
import { recordRun } from './record.js';

/**
 * Nothing of a run in a visitor's browser, which does not tell enough of its machine to know it again.
 *
 * @throws TouchstoneError('storage') where the history cannot be written
 */
export async function addRun(
  results: RunResults,
  retraction: Retraction | undefined,
  file = historyFile(),
): Promise<void> {
  if (results.machine.browser !== undefined) return;
  recordRun(results, file, { commitTime: await commitTime(results.touchstone.commit), retraction });
}
