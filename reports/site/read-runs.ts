/** The runs of a site, from their folders. */
import { explain, TouchstoneError } from '../../common/errors.js';
import { findRun } from '../../common/run/locate.js';
import { readRun } from '../../common/run/read-run.js';
import type { RunResults } from '../../common/run/results.js';
import { type Retraction, readRetraction } from '../../common/run/retraction.js';
import { analyse } from '../analyse/analyse.js';

export interface SiteRun {
  readonly folder: string;
  readonly results: RunResults;
  /** Undefined where the run counts. */
  readonly retraction: Retraction | undefined;
}

export interface ReadRuns {
  /** Oldest first, each run once. */
  readonly runs: readonly SiteRun[];
  /** What is not meant for a site, and why, each a sentence. */
  readonly leftOut: readonly string[];
  /** What cannot be read, and why, each a sentence. */
  readonly unread: readonly string[];
}

/** @param names run folders, or names of runs; what cannot be read is named, and the others are used */
export async function readRuns(names: readonly string[]): Promise<ReadRuns> {
  const runs = new Map<string, SiteRun>();
  const leftOut: string[] = [];
  const unread: string[] = [];
  for (const name of names) {
    try {
      const run = await readOne(name);
      if (typeof run === 'string') {
        leftOut.push(`${name} ${run}`);
        continue;
      }
      const key = JSON.stringify([run.results.startedAt, run.results.id]);
      const known = runs.get(key);
      // The copy of a run that went on after it was copied has less of it.
      if (!known || known.results.finishedRounds < run.results.finishedRounds) runs.set(key, run);
    } catch (error) {
      if (!(error instanceof TouchstoneError)) throw error;
      unread.push(explain(error));
    }
  }
  const inOrder = [...runs].sort(([a], [b]) => (a < b ? -1 : 1));
  return { runs: inOrder.map(([, run]) => run), leftOut, unread };
}

/** @returns why it is not meant for a site, in words behind its name, where it is not */
async function readOne(name: string): Promise<SiteRun | string> {
  const folder = findRun(name);
  const { manifest, events } = await readRun(folder);
  // Its targets are two states of the same project.
  if (manifest.gate) return 'is the run of a gate: its verdict is in its gate.json';
  if (manifest.machine.browser !== undefined)
    return 'was made in the browser of a visitor, which does not tell enough of its machine to know it again';
  return { folder, results: analyse(manifest, events), retraction: await readRetraction(folder) };
}
