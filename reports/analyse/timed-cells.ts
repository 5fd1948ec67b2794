/** What comparisons need of the cells of a run that goes on: it is worked out again and again, while nothing is measured. */
import type { CellResult } from '../../common/run/results.js';
import type { RunEvent, RunManifest } from '../../common/run/run-folder.js';
import type { Sampling } from '../../common/statistics/sampling.js';
import { cellResult } from './cells.js';
import { collectFacts } from './facts.js';
import { exclusionsOf } from './left-out.js';

/** Without percentiles. */
export function timedCells(
  manifest: RunManifest,
  events: readonly RunEvent[],
  sampling: Sampling,
): CellResult[] {
  const facts = collectFacts(events);
  const exclusions = exclusionsOf(manifest.cells, facts);
  return manifest.cells.map((cell) => cellResult(cell, facts, exclusions, sampling, { percentiles: false }));
}
