/** `report <run>`: derives results and report again from what the run folder holds, finished or not. */
import { writeResults } from '../reports/analyse/index.js';
import { writeReport } from '../reports/html/index.js';
import type { RunResults } from '../reports/schema/results.js';
import { renderTerminal } from '../reports/terminal/index.js';
import { tryToRecord } from './record.js';
import { findRun } from './run-folder.js';

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
