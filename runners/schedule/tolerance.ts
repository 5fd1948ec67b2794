/** What the results of a cell may differ by. */
import type { PlannedCell } from '../../common/run/run-folder.js';
import type { CheckTolerance } from '../../model/tolerance.js';
import { cellTolerance, type Reference } from '../parity/reference.js';
import type { RunContext } from './context.js';

/**
 * As its workload declares it, for the arithmetic that the target says it has: textures of float16, where a device draws into no
 * others, are known only once it runs.
 */
export function toleranceOf(
  { state }: RunContext,
  reference: Pick<Reference, 'tolerance'>,
  cell: PlannedCell,
): CheckTolerance {
  const isHalf = state.arithmeticOf(cell.target) === 'float16';
  return cellTolerance(reference, isHalf ? { ...cell, precision: 'float16' } : cell);
}
