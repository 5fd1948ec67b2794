/** Which cells of the history a name or glob means. */
import { closest } from 'fastest-levenshtein';
import { TouchstoneError } from '../../common/errors.js';
import { matchesCell } from '../regression/apply-settings.js';
import type { ListedCell } from './store.js';

/** By cell and target. @throws TouchstoneError('usage') for a name that nothing matches, with the nearest one */
export function chosenCells(
  cells: readonly ListedCell[],
  { cell, targets }: { readonly cell?: string; readonly targets?: readonly string[] },
): ListedCell[] {
  const byTarget = targets?.flatMap((target) => matching(cells, 'target', target)) ?? cells;
  const chosen = [...new Set(byTarget)];
  return cell === undefined ? chosen : [...matching(chosen, 'cell', cell)];
}

function matching(
  cells: readonly ListedCell[],
  key: 'cell' | 'target',
  pattern: string,
): readonly ListedCell[] {
  const exact = cells.filter((one) => one[key] === pattern);
  if (exact.length > 0) return exact;
  const found = cells.filter((one) => matchesCell(pattern, one[key]));
  if (found.length > 0) return found;
  const known = [...new Set(cells.map((one) => one[key]))];
  const nearest = known.length > 0 ? `did you mean ${closest(pattern, known)}? ` : '';
  throw new TouchstoneError('usage', `no ${key} in the history matches ${pattern}`, {
    hint: `${nearest}\`history\` without a name lists them`,
  });
}
