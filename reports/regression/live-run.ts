/** A live gate's run folder → its results, its page and its report. */
import { readRun } from '../../common/run/read-run.js';
import type { RunResults } from '../../common/run/results.js';
import { writeResults } from '../analyse/write-results.js';
import { writeReport } from '../html/index.js';
import { liveReport } from './live.js';
import type { GateReport } from './report.js';
import type { GateSettings } from './settings.js';

/** @param today YYYY-MM-DD, for acceptances that end */
export async function reportGate(
  folder: string,
  settings: GateSettings,
  today: string,
): Promise<{ report: GateReport; results: RunResults }> {
  const results = await writeResults(folder);
  await writeReport(folder, results);
  const { manifest, events } = await readRun(folder);
  return { results, report: liveReport(manifest, events, settings, { folder, today }) };
}
