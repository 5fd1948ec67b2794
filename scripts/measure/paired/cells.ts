/** Which of the planned cells are measured. */
import type { PlannedCell } from '../../../common/run/run-folder.js';
import type { Row } from './rows.js';

/**
 * Not the null targets, which measure the harness. At the smallest batch of each workload and mode unless batches were asked for:
 * there a framework's own overhead shows most. Target by target, full forms before small ones.
 */
export function chosenCells(cells: readonly PlannedCell[], hasBatches: boolean): PlannedCell[] {
  const real = cells.filter(({ target }) => !target.startsWith('null/'));
  const isSmallest = ({ workload, mode, batch }: PlannedCell) =>
    real.every((other) => other.workload !== workload || other.mode !== mode || other.batch >= batch);
  const targets = [...new Set(real.map(({ target }) => target))];
  return real
    .filter((cell) => hasBatches || isSmallest(cell))
    .sort(
      (one, other) =>
        targets.indexOf(one.target) - targets.indexOf(other.target) ||
        Number(one.workload.endsWith('-small')) - Number(other.workload.endsWith('-small')),
    );
}

/** Whether the cell is the small form of what a row is of. */
export function isSmallOf(
  { target, workload, mode }: Pick<PlannedCell, 'target' | 'workload' | 'mode'>,
  full: Pick<Row, 'target' | 'workload' | 'mode'>,
): boolean {
  return workload === `${full.workload}-small` && target === full.target && mode === full.mode;
}
