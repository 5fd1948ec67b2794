/** When the rounds of a run end: after enough is known, examined at numbers of rounds that are fixed beforehand. */
import { at } from '../at.js';
import type { RunEvent, RunManifest } from './run-folder.js';

/** Why each cell is still measured, by its id. */
export type OpenCells = ReadonlyMap<string, string>;

/** Decides from the event log alone, so that a resumed run stops where an uninterrupted one would. */
export interface StoppingRule {
  /** Rounds that the time budget has to hold, at the expense of the length of turns. */
  readonly minRounds: number;
  /** Rounds over which the time budget is divided; more may follow. */
  readonly defaultRounds: number;
  readonly maxRounds: number;
  /** The cells that round `round` still has to measure, given the rounds before it; none ends the run. */
  wanted(events: readonly RunEvent[], round: number): OpenCells;
  /** Whether that is decided anew for this round, which the log then has to hold. */
  looksBefore(round: number): boolean;
}

/**
 * All cells until the first look, then those that each look leaves open. Analysing a run takes a while, so it is done at
 * looks only, and what it found is kept in the log.
 *
 * @param looks numbers of rounds, ascending; the last one is the maximum
 * @param planned the rounds that the budget has to hold, and those over which it is divided
 * @param openAfter the cells that are still open after so many rounds
 */
export function stopAtLooks(
  manifest: RunManifest,
  looks: readonly number[],
  planned: Pick<StoppingRule, 'minRounds' | 'defaultRounds'>,
  openAfter: (events: readonly RunEvent[], rounds: number) => OpenCells,
): StoppingRule {
  const all = new Map(manifest.cells.map(({ id }) => [id, 'every cell is measured until the first look']));
  const known = new Map<number, OpenCells>();
  return {
    ...planned,
    maxRounds: at(looks, -1, 'the looks of a stopping rule'),
    looksBefore: (round) => looks.includes(round),
    wanted(events, round) {
      const look = looks.findLast((candidate) => candidate <= round);
      if (look === undefined) return all;
      const wanted = known.get(look) ?? recordedAt(events, look) ?? openAfter(events, look);
      known.set(look, wanted);
      return wanted;
    },
  };
}

/** What an earlier session found at this look. */
function recordedAt(events: readonly RunEvent[], look: number): OpenCells | undefined {
  for (const event of events) {
    if (event.type === 'look' && event.round === look) return new Map(Object.entries(event.open));
  }
  return undefined;
}
