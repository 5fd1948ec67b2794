/** How many rounds the rule of a run without `--rounds` gave to a cell, and why. */
import type { CellResult } from '../../common/run/results.js';
import { counted } from '../../common/text.js';
import type { RunFacts } from './facts.js';

/** The reason is that of the last look after which the cell was measured. */
export function roundsSpent(id: string, { cell, looks, schedule }: RunFacts): CellResult['rounds'] {
  const taken = new Set(cell(id).turns.map((turn) => turn.round));
  const last = Math.max(-1, ...taken);
  const look = looks.findLast(({ round, open }) => round <= last && open[id] !== undefined);
  const least = schedule?.postponed?.includes(id)
    ? 'its rounds after the first were to come after three of every other cell'
    : 'every cell is measured until the first look';
  return {
    count: taken.size,
    reason: look ? `after ${counted(look.round, 'round')} ${look.open[id]}` : least,
  };
}
