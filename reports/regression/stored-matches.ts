/** Which cells of several baseline runs are those of the candidate. */
import { groupBy } from '../../common/group-by.js';
import type { CellResult, RunResults } from '../../common/run/results.js';
import { type CellPair, matchCells } from '../analyse/match-cells.js';

/** A cell of the candidate, or one that it lacks, and what the baselines have of it, oldest first. */
export interface StoredMatch {
  readonly id: string;
  readonly own: CellResult | undefined;
  readonly pairs: readonly CellPair[];
  /** Of a cell that the candidate lacks. */
  readonly gone: readonly CellResult[];
}

export function matchesOf(baselines: readonly RunResults[], candidate: RunResults): StoredMatch[] {
  const matched = baselines.map((run) => matchCells(run.cells, candidate.cells));
  const pairs = groupBy(
    matched.flatMap((one) => one.pairs),
    ({ after }) => after.id,
  );
  const gone = groupBy(
    matched.flatMap(({ beforeOnly }) => beforeOnly),
    ({ id }) => id,
  );
  return [
    ...candidate.cells.map((own) => ({ id: own.id, own, pairs: pairs.get(own.id) ?? [], gone: [] })),
    ...[...gone].map(([id, cells]) => ({ id, own: undefined, pairs: [], gone: cells })),
  ];
}
