/** `report <run>`: derives results and report again from what the run folder holds, finished or not. */
import { explain } from '../common/errors.js';
import { findRun, runName } from '../common/run/locate.js';
import type { RunResults } from '../common/run/results.js';
import { type Retraction, readRetraction, retractionText } from '../common/run/retraction.js';
import { writeResults } from '../reports/analyse/write-results.js';
import { checkExports, type RunExportPaths, writeRunExports } from '../reports/exports/index.js';
import { writeReport } from '../reports/html/index.js';
import { renderTerminal } from '../reports/terminal/index.js';
import { say } from './say.js';

export async function reportCommand(run: string, paths: RunExportPaths = {}): Promise<number> {
  checkExports(paths);
  await report(findRun(run), paths);
  return 0;
}

/** Writes `results.json`, `report.html` and what else was asked for, and prints the comparison as soon as there is one. */
export async function report(folder: string, paths: RunExportPaths = {}): Promise<RunResults> {
  const results = await writeResults(folder);
  const retraction = await readRetraction(folder);
  await tryToRecord(results, retraction);
  if (retraction) say(`warning: this run is ${retractionText(retraction)}`);
  process.stdout.write(`${renderTerminal(results, runName(folder))}\n`);
  process.stdout.write(`\nreport: ${await writeReport(folder, results)}\n`);
  const page = await writeRunExports(results, paths, folder);
  if (page !== undefined) process.stdout.write(`page: ${page}\n`);
  return results;
}

/**
 * Into the history, however the run ended: its finished rounds are as good as any, its ending stands beside them, and a
 * resumed run takes its own place. Never the reason for which a run fails.
 */
export async function tryToRecord(results: RunResults, retraction?: Retraction): Promise<void> {
  try {
    // The store is native code: only what uses it loads it.
    const { addRun } = await import('../reports/history/add-run.js');
    await addRun(results, retraction);
  } catch (error) {
    say(`warning: this run is not in the history: ${explain(error)}`);
  }
}
