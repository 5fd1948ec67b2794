/** Runs of the real harness for scripts that measure the harness. */
import { join } from 'node:path';
import { runsFolder } from '../../common/paths.js';
import { newRunId } from '../../common/run/locate.js';
import { makeProgress } from '../../reports/terminal/progress.js';
import { listenForInterrupt } from '../../runners/coordinator/interrupt.js';
import { manifestOf } from '../../runners/coordinator/manifest.js';
import { type MeasurableRun, type MeasureMeans, measure } from '../../runners/coordinator/measure.js';
import type { TimedOptions } from '../../runners/coordinator/options.js';
import type { Prepared } from '../../runners/coordinator/prepare.js';
import { createRunFolder } from '../../runners/schedule/run-log.js';

/** Standard output is the table's. */
export const say = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * Measures into a new run folder, or goes on with an earlier one.
 *
 * @param name first part of a new folder's name, and the run's id
 * @returns the run folder
 */
export async function measureRun(
  name: string,
  options: TimedOptions,
  prepared: Prepared,
  earlier?: string,
): Promise<string> {
  const folder = earlier ?? join(runsFolder, `${name}-${newRunId(new Date())}`);
  if (earlier === undefined) createRunFolder(folder, await manifestOf(name, options, prepared));
  // A run that goes on gets the whole time again: its own may be used up.
  const allowanceMs = earlier === undefined ? undefined : options.time;
  const observer = makeProgress();
  await measure(
    { folder, targets: prepared, ...(allowanceMs === undefined ? {} : { allowanceMs }) },
    { signal: new AbortController().signal, observer },
  ).finally(observer.finish);
  return folder;
}

/** Measures a run by a rule. One that is interrupted ends the process: what was finished is kept, the rest is done again. */
export async function measureOrExit(
  run: MeasurableRun,
  ruleFor: Required<MeasureMeans>['ruleFor'],
): Promise<void> {
  const interrupt = listenForInterrupt(say);
  const observer = makeProgress();
  await measure(run, { signal: interrupt.signal, observer, ruleFor }).finally(() => {
    observer.finish();
    interrupt.dispose();
  });
  const status = interrupt.exitStatus();
  if (status !== undefined) process.exit(status);
}
