/** `report <run>`: derives results and report again from what the run folder holds, finished or not. */
import { explain } from '../common/errors.js';
import { historyFile } from '../common/paths.js';
import { writeResults } from '../reports/analyse/index.js';
import { recordRun } from '../reports/history/record.js';
import { writeReport } from '../reports/html/index.js';
import type { RunResults } from '../reports/schema/results.js';
import { renderTerminal } from '../reports/terminal/index.js';
import { commitTime } from './commit.js';
import { findRun } from './run-folder.js';

export async function reportCommand(run: string): Promise<number> {
  await report(findRun(run));
  return 0;
}

/** Writes `results.json` and `report.html`, and prints the comparison as soon as there is one. */
export async function report(folder: string): Promise<void> {
  const results = await writeResults(folder);
  await record(results);
  process.stdout.write(`${renderTerminal(results)}\n`);
  process.stdout.write(`\nreport: ${await writeReport(folder, results)}\n`);
}

/**
 * Into the history, however the run ended: its finished rounds are as good as any, its ending stands beside them, and
 * once it is resumed it takes its own place. Never the reason for which a run fails.
 */
export async function record(results: RunResults): Promise<void> {
  try {
    recordRun(results, historyFile(), { commitTime: await commitTime(results.touchstone.commit) });
  } catch (error) {
    process.stderr.write(`warning: this run is not in the history: ${explain(error)}\n`);
  }
}
