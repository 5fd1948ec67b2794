/** Sampling that ends when enough is known, looked at after numbers of rounds that were fixed beforehand. */
import type { RunEvent, RunManifest } from './run-folder.js';

/**
 * It sees what the log holds and nothing else, so that a run which goes on is steered as one that was never interrupted.
 */
export interface Steering {
  /** Rounds for which the time of one is divided; more may follow. */
  readonly usualRounds: number;
  readonly mostRounds: number;
  /** Cells (by id) that round `round` still has to measure, from the rounds before it; none ends the run. */
  wanted(events: readonly RunEvent[], round: number): ReadonlySet<string>;
}

/**
 * All cells until the first look, then what each look leaves. Analysing a run takes a while, so it is done only there.
 *
 * @param looks numbers of rounds, rising; the middle one is that of a usual run: where the budget is too short for whole
 *   rounds, that many shorter ones tell more than half of them. After the last nothing follows
 * @param wantedAfter the cells that are not settled by so many rounds
 */
export function steerBy(
  manifest: RunManifest,
  looks: readonly number[],
  wantedAfter: (events: readonly RunEvent[], rounds: number) => ReadonlySet<string>,
): Steering {
  const all = new Set(manifest.cells.map(({ id }) => id));
  const known = new Map<number, ReadonlySet<string>>();
  return {
    usualRounds: looks[Math.floor(looks.length / 2)] ?? 1,
    mostRounds: looks.at(-1) ?? 1,
    wanted(events, round) {
      const look = looks.findLast((candidate) => candidate <= round);
      if (look === undefined) return all;
      const wanted = known.get(look) ?? wantedAfter(events, look);
      known.set(look, wanted);
      return wanted;
    },
  };
}
