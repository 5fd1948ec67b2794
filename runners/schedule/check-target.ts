/**
 * The parity check of one target: a process checks all of its cells, one after the other. A cell that fails takes the process
 * with it, and the next one gets a new process.
 */

import { at } from '../../common/at.js';
import type { TouchstoneError } from '../../common/errors.js';
import type { PlannedCell } from '../../common/run/run-folder.js';
import { checkCell } from './check-cell.js';
import type { RunContext } from './context.js';
import { rethrowStorage, stateOfFailure } from './failures.js';
import type { Lane } from './lanes.js';
import type { LiveWorker } from './live-worker.js';
import { costOf, shortageForCell } from './prediction.js';
import { startOrFail } from './start.js';

/**
 * @param cells of one target and thread count, all still to be checked
 * @param hopeless why some of them are not started, by id
 */
export async function checkTarget(
  context: RunContext,
  cells: readonly PlannedCell[],
  lane: Lane,
  hopeless: ReadonlyMap<string, TouchstoneError>,
): Promise<void> {
  const { state, signal, observer } = context;
  const isOpen = ({ id }: PlannedCell) => !state.parityOf(id);
  let worker: LiveWorker | undefined;
  try {
    // The largest last: a process's peak of memory is then near to that of the cell that was checked.
    for (const cell of [...cells].sort((one, other) => bytesOf(context, one) - bytesOf(context, other))) {
      if (signal.aborted || state.hasFailed(cell.id)) continue;
      const why = hopeless.get(cell.id) ?? shortageForCell(context, cell);
      if (why) state.fail(cell.id, 'failed', why);
      else {
        worker ??= await startOrFail(context, at(cells, 0), lane, null, cells.filter(isOpen));
        if (worker && !(await isDone(context, worker, cell))) worker = undefined;
      }
      observer.step(cell.id);
    }
  } finally {
    await worker?.close();
  }
}

/** @returns whether the process can go on with another cell */
async function isDone(context: RunContext, worker: LiveWorker, cell: PlannedCell): Promise<boolean> {
  try {
    if (await checkCell(context, worker, cell)) return true;
  } catch (failure) {
    if (!context.signal.aborted) {
      rethrowStorage(context.folder, failure);
      context.state.fail(cell.id, stateOfFailure(failure), failure, worker.process);
    }
  }
  await worker.kill();
  return false;
}

function bytesOf(context: RunContext, cell: PlannedCell): number {
  return costOf(context, cell)?.bytes ?? cell.batch;
}
