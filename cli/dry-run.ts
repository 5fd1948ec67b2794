/** `--dry-run`: every cell of the plan, and for each that will not run, why. */
import Table from 'cli-table3';
import type { PlannedCell } from '../common/run/run-folder.js';
import { plainTexts } from '../common/text.js';

export function renderPlan(planned: readonly PlannedCell[]): string {
  const cells = plainTexts(planned);
  const variants = (['length', 'threads'] as const).filter((name) => cells.some((cell) => cell[name]));
  const table = new Table({
    head: ['workload', 'mode', 'batch', ...variants, 'target', 'plan'],
    style: { head: [], border: [] },
    colWidths: [null, null, null, ...variants.map(() => null), null, 60],
    wordWrap: true,
    // Rules between rows would double the length.
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  for (const cell of cells) {
    const plan = cell.decided === null ? 'will run' : `${cell.decided.state}: ${cell.decided.reason}`;
    const own = variants.map((name) => (cell[name] === undefined ? '' : String(cell[name])));
    table.push([cell.workload, cell.mode, String(cell.batch), ...own, cell.target, plan]);
  }
  const running = cells.filter((cell) => cell.decided === null).length;
  return `${table.toString()}\n${cells.length} cells planned, ${running} will run`;
}
