/** One live gate of a script that makes many: with the default margins, one thread, and the end of the script on Ctrl-C. */
import { reportGate } from '../../reports/regression/live-run.js';
import type { GateFinding } from '../../reports/regression/report.js';
import { gateSettings } from '../../reports/regression/settings.js';
import { gateStoppingRule } from '../../reports/regression/stopping-rule.js';
import { newGate } from '../../runners/coordinator/new-run.js';
import { defaultDeadlineMs, type RunOptions } from '../../runners/coordinator/options.js';
import { measureOrExit, say } from './new-run.js';

/** What it found. */
export async function gateStep(
  against: string,
  options: Pick<RunOptions, 'targets' | 'mode' | 'batch' | 'seed' | 'time'>,
): Promise<readonly GateFinding[]> {
  const settings = gateSettings.parse({ version: 1 });
  const run = await newGate(against, { ...options, threads: [1], deadline: defaultDeadlineMs }, say);
  await measureOrExit(run, (manifest) => gateStoppingRule(manifest, settings));
  const { report } = await reportGate(run.folder, settings, new Date().toISOString().slice(0, 10));
  return report.findings;
}
