/** `--dry-run`: every cell of the plan, and for each that will not run, why; what to expect of its time. */
import type { PlannedCell, RunEvent, RunManifest } from '../common/run/run-folder.js';
import { minStudentValues } from '../common/statistics/student.js';
import { counted, plainTexts } from '../common/text.js';
import { grid } from '../reports/terminal/grid.js';
import { terminalColumns } from '../reports/terminal/width.js';
import type { Expectation } from '../runners/coordinator/expectation.js';

export function renderPlan(planned: readonly PlannedCell[], columns = terminalColumns()): string {
  const cells = plainTexts(planned);
  const variants = (['length', 'threads'] as const).filter((name) => cells.some((cell) => cell[name]));
  const rows = cells.map((cell) => {
    const plan = cell.decided === null ? 'will run' : `${cell.decided.state}: ${cell.decided.reason}`;
    const own = variants.map((name) => (cell[name] === undefined ? '' : String(cell[name])));
    return [cell.workload, cell.mode, String(cell.batch), ...own, cell.target, plan];
  });
  const table = grid(['workload', 'mode', 'batch', ...variants, 'target', 'plan'], rows, columns, true);
  const running = cells.filter((cell) => cell.decided === null).length;
  return `${table}\n${cells.length} cells planned, ${running} will run`;
}

/** In one line: rounds, minutes, and whether there will be ranks. */
export function renderExpectation({ cells, known, budgetMs, asked, fits }: Expectation): string {
  const time = secondsText(budgetMs);
  if (cells === 0) return 'nothing to measure';
  if (!fits) {
    const unknown = counted(cells - known, 'cell');
    return `${asked === null ? 'Rounds' : counted(asked, 'round')} in at most ${time}, after the parity check; how many the time holds is known once ${unknown} ${cells - known === 1 ? 'has' : 'have'} been checked`;
  }
  const { rounds, roundMs, neededMs } = fits;
  const each = `a round takes about ${secondsText(roundMs)}`;
  const wanted = asked ?? minStudentValues;
  if (rounds < wanted || neededMs > budgetMs) {
    const what = asked === null ? `ranks need ${minStudentValues}` : `${asked} are asked`;
    const held = Math.min(rounds, Math.max(1, Math.floor((budgetMs / neededMs) * wanted)));
    return `Expect ${counted(held, 'round')} in ${time}, and ${what}: ${each}; give --time ${Math.ceil(neededMs / 5000) * 5}s`;
  }
  const ranks =
    wanted < minStudentValues ? `too few for ranks, which need ${minStudentValues}` : 'enough for ranks';
  const further = asked === null ? ` or more of what is not decided` : '';
  return `Expect ${counted(asked ?? rounds, 'round')}${further} in at most ${time}, ${ranks}: ${each}`;
}

/** What `--resume` would go on with. */
export function renderResume(
  { cells, options }: Pick<RunManifest, 'cells' | 'options'>,
  events: readonly RunEvent[],
  leftMs: number,
  folder: string,
): string {
  const rounds = new Set(events.flatMap((event) => (event.type === 'round' ? [event.round] : []))).size;
  const last = events.findLast((event) => event.type === 'ended');
  const ended = last
    ? `it ended ${last.ending === 'finished' ? 'as planned' : `by: ${last.ending}`}`
    : 'it did not end';
  const left =
    leftMs > 0
      ? `--resume would measure for ${secondsText(leftMs)} of ${secondsText(options.budgetMs)}`
      : 'its time is used up: --resume measures on with a --time';
  return `${renderPlan(cells)}\n${folder}: ${counted(rounds, 'finished round')}, ${ended}; ${left}`;
}

function secondsText(ms: number): string {
  const seconds = ms / 1000;
  if (seconds >= 100) return `${(seconds / 60).toFixed(1)} min`;
  return `${seconds >= 10 ? Math.round(seconds) : seconds.toPrecision(2)} s`;
}
