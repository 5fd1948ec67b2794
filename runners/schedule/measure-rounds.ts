/** Round after round, each of the cells that are still wanted, until the plan, the stopping rule or the clock ends the run. */
import { groupCells } from '../../common/run/cell.js';
import type { PlannedCell } from '../../common/run/run-folder.js';
import type { OpenCells } from '../../common/run/stopping-rule.js';
import type { RunContext } from './context.js';
import { BudgetSpent } from './group.js';
import { measureRound, type Plan } from './rounds.js';

export async function measureRounds(context: RunContext): Promise<void> {
  const { state } = context;
  const schedule = state.schedule();
  if (!schedule) return;
  const timed = state.manifest.cells.filter((cell) => state.isTimed(cell));
  const groups = groupCells(timed).length;
  // A stopping rule may end them at any time, the clock does at the latest.
  const limitMs = context.stoppingRule ? context.allowanceMs : undefined;
  context.observer.stage('rounds', schedule.rounds * groups, limitMs);
  const endsMs = context.nowMs() + context.allowanceMs;
  for (let round = 0; round < schedule.rounds; round++) {
    if (state.roundFinished(round)) {
      for (let group = 0; group < groups; group++) context.observer.step(`round ${round + 1}: kept`);
      continue;
    }
    const wanted = await context.stopwatch.time('stopping rule', async () => lookBefore(context, round));
    if (wanted?.size === 0) break;
    const members = timed.filter(
      (cell) => (wanted?.has(cell.id) ?? true) && !isPostponed(context, cell, round),
    );
    if (!(await isMeasured(context, round, members, schedule, endsMs))) break;
    await context.stopwatch.time('stopping rule', async () => tellOf(context, round, endsMs));
  }
  failUntimed(context, timed);
}

/** False where the time was up before the round was done; what was measured stays. */
async function isMeasured(
  context: RunContext,
  round: number,
  members: readonly PlannedCell[],
  plan: Plan,
  endsMs: number,
): Promise<boolean> {
  try {
    // A run that ends before every cell had its turn is no answer: the first round is finished, however long it takes.
    await measureRound(context, round, members, plan, round === 0 ? Number.POSITIVE_INFINITY : endsMs);
  } catch (error) {
    if (error instanceof BudgetSpent) return false;
    throw error;
  }
  context.state.record({ type: 'round', round });
  return true;
}

function tellOf({ state, observer, nowMs }: RunContext, round: number, endsMs: number): void {
  observer.round?.({
    manifest: state.manifest,
    events: state.events(),
    rounds: round + 1,
    leftMs: endsMs - nowMs(),
  });
}

/** What the stopping rule still wants; written down where it was decided anew, for the report and for a run that resumes. */
function lookBefore({ state, stoppingRule }: RunContext, round: number): OpenCells | undefined {
  const wanted = stoppingRule?.wanted(state.events(), round);
  if (wanted && stoppingRule?.looksBefore(round) && !state.hasLooked(round)) {
    state.record({ type: 'look', round, open: Object.fromEntries(wanted) });
  }
  return wanted;
}

/** Rounds that others have to have first. */
function isPostponed({ state, stoppingRule }: RunContext, { id }: PlannedCell, round: number): boolean {
  const isOfOthers = round > 0 && round < (stoppingRule?.minRounds ?? 0);
  return isOfOthers && (state.schedule()?.postponed?.includes(id) ?? false);
}

/** A cell for which no time was left has no number, and says what would give it one. */
function failUntimed(context: RunContext, timed: readonly PlannedCell[]): void {
  if (context.signal.aborted) return;
  const { state } = context;
  const rounds = state.schedule()?.rounds ?? 0;
  for (const cell of timed) {
    const measured = Array.from({ length: rounds }, (_, round) => state.turnsIn(cell.id, round));
    if (state.hasFailed(cell.id) || measured.some((turns) => turns > 0)) continue;
    state.fail(cell.id, 'failed', 'the time budget ended before its first turn; give a larger --time');
  }
}
