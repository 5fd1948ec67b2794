/** `gate --against`: measures both sides in one session and judges them. */
import { reportGate } from '../../reports/regression/live-run.js';
import type { GateReport } from '../../reports/regression/report.js';
import type { GateSettings } from '../../reports/regression/settings.js';
import { gateStoppingRule } from '../../reports/regression/stopping-rule.js';
import { newGate } from '../../runners/coordinator/new-run.js';
import type { RunOptions } from '../../runners/coordinator/options.js';
import { measureRun } from '../measure-run.js';
import { tryToRecord } from '../report.js';
import { say } from '../say.js';

export interface LiveGate {
  readonly report: GateReport;
  /** 128 + the signal's number where the user asked to stop. */
  readonly interrupted: number | undefined;
}

/**
 * @param candidate another commit that is judged in place of this checkout
 * @throws TouchstoneError where the sides cannot be set up or the selection is empty
 */
export async function liveGate(
  against: string,
  options: RunOptions,
  settings: GateSettings,
  today: string,
  candidate?: string,
): Promise<LiveGate> {
  const run = await newGate(against, options, say, candidate);
  const { interrupted, failure } = await measureRun(run, (manifest) => gateStoppingRule(manifest, settings));
  if (failure !== undefined) throw failure;
  const { report, results } = await reportGate(run.folder, settings, today);
  // Times of a commit other than this checkout are not this checkout's history.
  if (candidate === undefined) await tryToRecord(results);
  return { report, interrupted };
}
