/** The results of a run folder, derived from its events. */
import { readRun } from '../../common/run/read-run.js';
import type { RunResults } from '../../common/run/results.js';
import { refuseRetracted } from '../../common/run/retraction.js';
import { analyse } from './analyse.js';

/** @throws TouchstoneError('usage') where it is no run folder, is damaged, or is retracted */
export async function readResults(folder: string): Promise<RunResults> {
  await refuseRetracted(folder);
  const { manifest, events } = await readRun(folder);
  return analyse(manifest, events);
}
