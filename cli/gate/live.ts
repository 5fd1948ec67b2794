/** `gate --against`: both sides in one session on this machine, interleaved, with the baseline's second copy beside them. */
import { basename, join, resolve } from 'node:path';
import { TouchstoneError } from '../../common/errors.js';
import { runsFolder } from '../../common/paths.js';
import { readRun, writeResults } from '../../reports/analyse/index.js';
import { writeReport } from '../../reports/html/index.js';
import { liveReport } from '../../reports/regression/live.js';
import type { GateReport } from '../../reports/regression/report.js';
import type { GateSettings } from '../../reports/regression/settings.js';
import { gateStoppingRule } from '../../reports/regression/stopping-rule.js';
import { prepareGate } from '../../runners/coordinator/gate-subjects.js';
import { manifestOf } from '../../runners/coordinator/manifest.js';
import { measure } from '../../runners/coordinator/measure.js';
import { commandOf, type RunOptions, usualBudgetMs } from '../../runners/coordinator/options.js';
import { newRunId } from '../../runners/coordinator/run-folder.js';
import { createRunFolder } from '../../runners/schedule/run-log.js';
import { listenForInterrupt } from '../interrupt.js';
import { tryToRecord } from '../record.js';

/**
 * Three roles for every target, and up to five times the rounds of a run that only compares; most gates end long before,
 * since what the screen settles is not measured again.
 */
const budgetFactor = 3;

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
  say: (line: string) => void,
  candidate?: string,
): Promise<LiveGate> {
  const { prepared, plan } = await prepareGate(against, options, say, candidate);
  if (prepared.cells.length === 0) {
    throw new TouchstoneError('usage', 'nothing to gate: the selection is empty', {
      hint: 'see `npm run bench -- list`',
    });
  }
  const id = newRunId(new Date());
  const folder = options.out === undefined ? join(runsFolder, `gate-${id}`) : resolve(options.out);
  const time = options.time ?? budgetFactor * usualBudgetMs(plan.seats.length * options.threads.length);
  const manifest = await manifestOf(basename(folder), { ...options, time }, prepared);
  const command = commandOf({ ...options, time }, ['gate', '--against', against]);
  createRunFolder(folder, { ...manifest, command, gate: plan });
  const interrupt = listenForInterrupt(say);
  try {
    await measure(folder, prepared, interrupt.signal, say, undefined, (own) =>
      gateStoppingRule(own, settings),
    );
  } finally {
    interrupt.dispose();
  }
  const results = await writeResults(folder);
  // Of a commit other than this checkout, these are not its times.
  if (candidate === undefined) await tryToRecord(results);
  await writeReport(folder, results);
  const run = await readRun(folder);
  return {
    report: liveReport(run.manifest, run.events, settings, { folder, today }),
    interrupted: interrupt.exitStatus(),
  };
}
