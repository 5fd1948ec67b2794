/** Puts runs into the history, with what git knows of their commit. */
import { explain } from '../common/errors.js';
import { historyFile } from '../common/paths.js';
import type { RunResults } from '../common/run/results.js';
import { commitTime } from '../runners/coordinator/commit.js';

/** @throws TouchstoneError('storage') where the history cannot be written */
export async function record(results: RunResults, file = historyFile()): Promise<void> {
  // The store is native code: only what uses it loads it.
  const { recordRun } = await import('../reports/history/record.js');
  recordRun(results, file, await commitTime(results.touchstone.commit));
}

/**
 * However the run ended: its finished rounds are as good as any, its ending stands beside them, and once it is resumed it
 * takes its own place. Never the reason for which a run fails.
 */
export async function tryToRecord(results: RunResults): Promise<void> {
  try {
    await record(results);
  } catch (error) {
    process.stderr.write(`warning: this run is not in the history: ${explain(error)}\n`);
  }
}
