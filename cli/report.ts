/** `report <run>`: derives results and report again from what the run folder holds. */
import { writeResults } from '../reports/analyse/index.js';
import { writeReport } from '../reports/html/index.js';
import { renderTerminal } from '../reports/terminal/index.js';
import { findRun } from './run-folder.js';

export async function reportCommand(run: string): Promise<number> {
  const folder = findRun(run);
  const results = await writeResults(folder);
  process.stdout.write(`${renderTerminal(results)}\n`);
  process.stdout.write(`\nreport: ${await writeReport(folder)}\n`);
  return 0;
}
