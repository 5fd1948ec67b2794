/** Which cells of the history a name or glob means. */
import { closest } from 'fastest-levenshtein';
import { TouchstoneError } from '../../common/errors.js';
import { matchesCell } from '../regression/apply-settings.js';
import type { ListedCell } from './store.js';

/** By cell and target. @throws TouchstoneError('usage') for a name that nothing matches, with the nearest one */
export function chosenCells(
  cells: readonly ListedCell[],
  { cell, target }: { readonly cell?: string; readonly target?: string },
): ListedCell[] {
  const names = (key: 'cell' | 'target') => cells.map((one) => one[key]);
  const byTarget = matching(cells, 'target', target, names('target'));
  return matching(byTarget, 'cell', cell, names('cell'));
}

function matching(
  cells: readonly ListedCell[],
  key: 'cell' | 'target',
  pattern: string | undefined,
  known: readonly string[],
): ListedCell[] {
  if (pattern === undefined) return [...cells];
  const exact = cells.filter((one) => one[key] === pattern);
  if (exact.length > 0) return exact;
  const found = cells.filter((one) => matchesCell(pattern, one[key]));
  if (found.length > 0) return found;
  const nearest = known.length > 0 ? `did you mean ${closest(pattern, [...new Set(known)])}? ` : '';
  throw new TouchstoneError('usage', `no ${key} in the history matches ${pattern}`, {
    hint: `${nearest}\`history\` without a name lists them`,
  });
}
