/** `compare <baseline> <candidate>`: two runs side by side, after what differs between them. */
import { findRun } from '../common/run/locate.js';
import { readRun } from '../common/run/read-run.js';
import type { RunResults } from '../common/run/results.js';
import { analyse } from '../reports/analyse/analyse.js';
import { compareRuns } from '../reports/analyse/compare-runs.js';
import { renderComparison } from '../reports/terminal/comparison.js';

export async function compareCommand(baseline: string, candidate: string): Promise<number> {
  const [before, after] = await Promise.all([resultsOf(baseline), resultsOf(candidate)]);
  process.stdout.write(`${renderComparison(compareRuns(before, after))}\n`);
  return 0;
}

async function resultsOf(run: string): Promise<RunResults> {
  const { manifest, events } = await readRun(findRun(run));
  return analyse(manifest, events);
}
