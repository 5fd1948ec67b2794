/** How the measuring time is divided, once the parity check has told how long an iteration of each cell takes. */
import { groupBy } from '../../common/group-by.js';
import { groupCells, processKey } from '../../common/run/cell.js';
import type { ParityVerdict, PlannedCell } from '../../common/run/run-folder.js';
import { median } from '../../common/statistics/quantiles.js';
import { minStudentValues } from '../../common/statistics/student.js';
import { counted } from '../../common/text.js';
import { type CellCost, divideBudget, divideWithPostponed, neededMs } from './budget.js';
import type { RunContext } from './context.js';
import { lanesOf } from './lanes.js';

/** Once; and again where a run that goes on was given time for more rounds, of turns as long as before. */
export function planRounds(context: RunContext): void {
  const { state } = context;
  const before = state.schedule();
  if (before && !context.isExtended) return;
  const apart = new Set([...(before?.apart ?? []), ...cellsApart(context)]);
  const budgetMs = before ? context.allowanceMs : state.manifest.options.budgetMs;
  const { postponed, ...schedule } = scheduleFor(context, budgetMs, apart);
  const rounds = context.stoppingRule?.maxRounds ?? (before?.rounds ?? 0) + schedule.rounds;
  const asked = state.manifest.options.rounds ?? Number.POSITIVE_INFINITY;
  const planned = Math.max(before?.rounds ?? 0, Math.min(rounds, asked));
  if (Number.isFinite(asked) && planned < asked) {
    context.observer.note(
      `--rounds ${asked}: ${Math.round(budgetMs / 1000)}s hold ${counted(planned, 'round')}; give --time ${inSeconds(schedule.neededMs)} for all`,
    );
  }
  state.record({
    type: 'schedule',
    rounds: planned,
    ...(context.stoppingRule ? { stoppingRule: true as const } : {}),
    shares: { ...(before ?? schedule).shares },
    ...(apart.size > 0 ? { apart: [...apart] } : {}),
    ...(postponed.length > 0 ? { postponed: [...postponed] } : {}),
  });
}

function scheduleFor(context: RunContext, budgetMs: number, apart: ReadonlySet<string>) {
  const { state, stoppingRule } = context;
  const timed = state.manifest.cells.filter((cell) => state.isTimed(cell));
  const { rounds } = state.manifest.options;
  const processes = [...groupBy(timed, processKey).values()];
  // Starts and loads run side by side; what is loaded alone does not.
  const lanes = Math.min(...processes.map(([cell]) => lanesOf(context, cell?.threads).length));
  const startMs = processes.reduce((total, cells) => total + startOf(context, cells), 0) / lanes;
  const costs = timed.map(
    (cell): CellCost => ({
      cell: cell.id,
      iterationNs: state.parityOf(cell.id)?.iterationNs ?? 0,
      // There and back is two of them.
      loadNs: (apart.has(cell.id) ? 2 : 1 / lanes) * readyNs(state.parityOf(cell.id)),
    }),
  );
  const least = { neededMs: neededMs(rounds ?? minStudentValues, startMs, costs) };
  if (!stoppingRule)
    return { ...divideBudget(budgetMs, startMs, costs, rounds ?? undefined), postponed: [], ...least };
  return { ...divideWithPostponed(budgetMs, startMs, costs, stoppingRule), ...least };
}

/** As `--time` takes it, rounded up to five. */
function inSeconds(ms: number): string {
  return `${Math.ceil(ms / 5000) * 5}s`;
}

/** As the processes of this run started; where none has yet, as the one did that checked the cells. */
function startOf({ state }: RunContext, cells: readonly PlannedCell[]): number {
  const here = cells[0] ? state.startsMs(processKey(cells[0])) : [];
  if (here.length > 0) return median(here);
  return Math.max(0, ...cells.flatMap(({ id }) => state.parityOf(id)?.startMs ?? []));
}

/** Until a loaded cell iterates at its steady pace: some compile at load, some at the first call. */
export function readyNs(gate: Pick<ParityVerdict, 'loadNs' | 'firstNs' | 'iterationNs'> | undefined): number {
  return gate ? gate.loadNs + Math.max(0, gate.firstNs - gate.iterationNs) : 0;
}

/** Members of groups whose peaks, as the gate met them, are together more than the memory that there is. */
function cellsApart(context: RunContext): string[] {
  const { state } = context;
  const timed = state.manifest.cells.filter((cell) => state.isTimed(cell));
  const available = context.availableBytes();
  return groupCells(timed).flatMap((members) => {
    const peaks = members.flatMap(({ id }) => state.parityOf(id)?.peakRssBytes ?? []);
    const isTooMuch = members.length > 1 && peaks.reduce((sum, peak) => sum + peak, 0) > available;
    return isTooMuch ? members.map(({ id }) => id) : [];
  });
}
