/** Runs of the real harness for the scripts that compare pages with other places. */
import { readRun } from '../../common/run/read-run.js';
import type { RunResults } from '../../common/run/results.js';
import { duration } from '../../common/values.js';
import { collectFacts } from '../../reports/analyse/facts.js';
import { writeResults } from '../../reports/analyse/write-results.js';
import { defaultDeadlineMs, type TimedOptions } from '../../runners/coordinator/options.js';
import { prepare } from '../../runners/coordinator/prepare.js';
import { measureRun, say } from './new-run.js';

/** LeNet-5 and the row LSTM, one example at a time on one thread: where the place costs most. */
export function pageOptions(targets: readonly string[], time: string, rounds: number): TimedOptions {
  return {
    workload: ['lenet5', 'row-lstm'],
    targets,
    mode: ['inference'],
    batch: [1],
    threads: [1],
    rounds,
    time: duration(time),
    seed: 1,
    deadline: defaultDeadlineMs,
  };
}

/**
 * Measures into a run folder below `.touchstone/runs`.
 *
 * @param name first part of the folder's name
 * @param earlier a run of the same script: it goes on where it did not finish, and is not measured again where it did
 */
export async function measuredRun(
  name: string,
  options: TimedOptions,
  earlier: string | undefined,
): Promise<RunResults> {
  if (earlier !== undefined && collectFacts((await readRun(earlier)).events).ending === 'finished')
    return writeResults(earlier);
  const folder = await measureRun(name, options, await prepare(options, say), earlier);
  say(`measured into ${folder}`);
  return writeResults(folder);
}
