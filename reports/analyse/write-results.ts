/** Derives `results.json` of a run folder. */
import { join } from 'node:path';
import { writeWhole } from '../../common/files.js';
import { readRun } from '../../common/run/read-run.js';
import { type RunResults, runResults } from '../../common/run/results.js';
import { analyse } from './analyse.js';

export const resultsFile = 'results.json';

/** Analyses the run and writes its results whole or not at all. Rejects with a `storage` error where it cannot write. */
export async function writeResults(folder: string): Promise<RunResults> {
  const { manifest, events } = await readRun(folder);
  const results = analyse(manifest, events);
  check(results);
  await writeWhole(join(folder, resultsFile), `${JSON.stringify(results)}\n`);
  return results;
}

/**
 * Nothing is copied: whoever reads on from here finds what was worked out of the very same objects. Samples, nearly all of the
 * whole, are those of events, which were checked when they were read.
 */
function check(results: RunResults): void {
  runResults.parse({ ...results, cells: results.cells.map((cell) => ({ ...cell, samples: [] })) });
}
