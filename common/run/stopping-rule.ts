/** When the rounds of a run end: after enough is known, examined at numbers of rounds that are fixed beforehand. */
import { at } from '../at.js';
import type { RunEvent, RunManifest } from './run-folder.js';

/** Decides from the event log alone, so that a resumed run stops where an uninterrupted one would. */
export interface StoppingRule {
  /** Rounds over which the time budget is divided; more may follow. */
  readonly defaultRounds: number;
  readonly maxRounds: number;
  /** Ids of the cells that round `round` still has to measure, given the rounds before it; an empty set ends the run. */
  wanted(events: readonly RunEvent[], round: number): ReadonlySet<string>;
}

/**
 * All cells until the first look, then those that each look leaves open. Analysing a run takes a while, so it is done at
 * looks only.
 *
 * @param looks numbers of rounds, ascending. The middle one is the default: where the budget is too short for whole
 *   rounds, that many shorter ones are worth more than half as many whole ones. The last one is the maximum
 * @param openAfter ids of the cells that are still open after so many rounds
 */
export function stopAtLooks(
  manifest: RunManifest,
  looks: readonly number[],
  openAfter: (events: readonly RunEvent[], rounds: number) => ReadonlySet<string>,
): StoppingRule {
  const all = new Set(manifest.cells.map(({ id }) => id));
  const known = new Map<number, ReadonlySet<string>>();
  return {
    defaultRounds: at(looks, Math.floor(looks.length / 2), 'the looks of a stopping rule'),
    maxRounds: at(looks, -1, 'the looks of a stopping rule'),
    wanted(events, round) {
      const look = looks.findLast((candidate) => candidate <= round);
      if (look === undefined) return all;
      const wanted = known.get(look) ?? openAfter(events, look);
      known.set(look, wanted);
      return wanted;
    },
  };
}
