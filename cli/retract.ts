/** `retract <run> --reason <text>`: the run stays where it is, and is used by nothing that compares runs. */
import { join } from 'node:path';
import { TouchstoneError } from '../common/errors.js';
import { findRun } from '../common/run/locate.js';
import { retractionFile, retractionText, writeRetraction } from '../common/run/retraction.js';
import { writeResults } from '../reports/analyse/write-results.js';
import { writeReport } from '../reports/html/index.js';
import { tryToRecord } from './report.js';
import { say } from './say.js';

export async function retractCommand(run: string, reason: string): Promise<number> {
  if (reason.trim() === '') {
    throw new TouchstoneError('usage', 'a retraction needs a reason', {
      hint: "say what is wrong with the run, such as --reason 'another program ran beside it'",
    });
  }
  const folder = findRun(run);
  const retraction = await writeRetraction(folder, reason, new Date());
  const results = await writeResults(folder);
  await tryToRecord(results, retraction);
  await writeReport(folder, results);
  say(`${results.id} is ${retractionText(retraction)}`);
  say(`removing ${join(folder, retractionFile)} and drawing its report again takes it back`);
  return 0;
}
