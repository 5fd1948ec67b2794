/** `compare <baseline> <candidate>`: two runs side by side, with what differs between them said first. */

import type { RunResults } from '../common/run/results.js';
import { analyse, readRun } from '../reports/analyse/index.js';
import { compareRuns, renderComparison } from '../reports/compare.js';
import { findRun } from '../runners/coordinator/run-folder.js';

export async function compareCommand(baseline: string, candidate: string): Promise<number> {
  const [before, after] = await Promise.all([resultsOf(baseline), resultsOf(candidate)]);
  process.stdout.write(`${renderComparison(compareRuns(before, after))}\n`);
  return 0;
}

async function resultsOf(run: string): Promise<RunResults> {
  const { manifest, events } = await readRun(findRun(run));
  return analyse(manifest, events);
}
