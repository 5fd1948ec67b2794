/** One live gate of a script that makes many: with the usual margins, one thread, and the end of the script on Ctrl-C. */
import { liveGate } from '../../cli/gate/live.js';
import type { GateFinding } from '../../reports/regression/report.js';
import { gateSettings } from '../../reports/regression/settings.js';
import { type RunOptions, usualDeadlineMs } from '../../runners/coordinator/options.js';
import { say } from './new-run.js';

/** What it found. A step that was interrupted ends the process: what was finished is kept, the rest is done again. */
export async function gateStep(
  against: string,
  options: Pick<RunOptions, 'targets' | 'mode' | 'batch' | 'seed' | 'time'>,
): Promise<readonly GateFinding[]> {
  const today = new Date().toISOString().slice(0, 10);
  const run = { ...options, threads: [1], deadline: usualDeadlineMs };
  const { report, interrupted } = await liveGate(
    against,
    run,
    gateSettings.parse({ version: 1 }),
    today,
    say,
  );
  if (interrupted !== undefined) process.exit(interrupted);
  return report.findings;
}
