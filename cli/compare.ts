/** `compare <run> <run…>`: runs side by side, after what differs between them. */
import { findRun } from '../common/run/locate.js';
import { compareRuns } from '../reports/analyse/compare-runs.js';
import { readResults } from '../reports/analyse/read-results.js';
import { type ComparisonPaths, writeComparison } from '../reports/compare/index.js';
import { renderComparison } from '../reports/terminal/comparison.js';

/** @param runs two or more, the first of each machine being what the others are compared with */
export async function compareCommand(runs: readonly string[], paths: ComparisonPaths = {}): Promise<number> {
  const comparison = compareRuns(await Promise.all(runs.map((run) => readResults(findRun(run)))));
  process.stdout.write(`${renderComparison(comparison)}\n`);
  await writeComparison(comparison, paths);
  return 0;
}
