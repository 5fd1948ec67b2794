/** Measures a run with its progress on the terminal, until it ends or the user ends it. */

import type { RunManifest } from '../common/run/run-folder.js';
import type { StoppingRule } from '../common/run/stopping-rule.js';
import { makeProgress } from '../reports/terminal/progress.js';
import { listenForInterrupt } from '../runners/coordinator/interrupt.js';
import { type MeasurableRun, measure } from '../runners/coordinator/measure.js';

export interface Measured {
  /** 128 + the signal's number where the user asked to stop. */
  readonly interrupted: number | undefined;
  /** What ended the run before its plan was done. */
  readonly failure: unknown;
}

export async function measureRun(
  run: MeasurableRun,
  ruleFor: (manifest: RunManifest) => StoppingRule | undefined,
): Promise<Measured> {
  const observer = makeProgress();
  // A line of its own: on a terminal the cursor stands in the bar, behind the ^C.
  const interrupt = listenForInterrupt((line) => observer.note(line));
  let failure: unknown;
  try {
    await measure(run, { signal: interrupt.signal, observer, ruleFor });
  } catch (error) {
    failure = error;
  } finally {
    observer.finish();
    interrupt.dispose();
  }
  return { interrupted: interrupt.exitStatus(), failure };
}
