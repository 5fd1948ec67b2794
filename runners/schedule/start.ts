/** Starts the process of a target, for as many of its cells as it is to serve. */
import type { PlannedCell } from '../../common/run/run-folder.js';
import type { RunContext } from './context.js';
import { rethrowStorage, stateOfFailure } from './failures.js';
import type { Lane } from './lanes.js';
import { type LiveWorker, type Owner, openWorker } from './live-worker.js';

/**
 * A target that does not start fails all of its cells: none of them can be measured like its rivals.
 *
 * @param round null outside the rounds
 * @param cells those that it was started for
 * @returns undefined where it did not start, or the run was stopped meanwhile
 */
export async function startOrFail(
  context: RunContext,
  owner: Owner,
  lane: Lane,
  round: number | null,
  cells: readonly PlannedCell[],
): Promise<LiveWorker | undefined> {
  const { state, signal, folder } = context;
  const process = state.nextProcess();
  try {
    return await openWorker(context, owner, lane, round, process);
  } catch (failure) {
    if (signal.aborted) return undefined;
    rethrowStorage(folder, failure);
    for (const { id } of cells.filter((cell) => !state.hasFailed(cell.id)))
      state.fail(id, stateOfFailure(failure), failure, process);
    return undefined;
  }
}
