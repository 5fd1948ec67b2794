/** `report <run>`: derives results and report again from what the run folder holds, finished or not. */

import type { RunResults } from '../common/run/results.js';
import { writeResults } from '../reports/analyse/index.js';
import { writeReport } from '../reports/html/index.js';
import { renderTerminal } from '../reports/terminal/index.js';
import { findRun } from '../runners/coordinator/run-folder.js';
import { tryToRecord } from './record.js';

export async function reportCommand(run: string): Promise<number> {
  await report(findRun(run));
  return 0;
}

/** Writes `results.json` and `report.html`, and prints the comparison as soon as there is one. */
export async function report(folder: string): Promise<RunResults> {
  const results = await writeResults(folder);
  await tryToRecord(results);
  process.stdout.write(`${renderTerminal(results)}\n`);
  process.stdout.write(`\nreport: ${await writeReport(folder, results)}\n`);
  return results;
}
