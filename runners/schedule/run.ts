/**
 * A run from its manifest to its last event: the parity gate, the harness's own overhead, the division of the budget,
 * the rounds. Everything that is learnt goes into the event log; a run that resumes skips what the log already holds.
 */
import { threadCounts } from '../../reports/schema/results.js';
import type { PlannedCell } from '../../reports/schema/run-folder.js';
import { median } from '../../reports/statistics/quantiles.js';
import { gateCell } from '../gate/gate-cell.js';
import { type Rates, whyHopeless } from '../gate/prediction.js';
import { divideBudget, divideSteps } from './budget.js';
import { groupKey, processKey, type RunContext, threadsOf } from './context.js';
import { rethrowStorage, stateOfFailure } from './failures.js';
import { openWorker } from './live-worker.js';
import { BudgetSpent, measureRound } from './rounds.js';
import { uncharged } from './stopwatch.js';

/** `interrupted` where the user asked to stop. Storage errors are thrown. */
export type Ending = 'finished' | 'interrupted';

export async function executeRun(context: RunContext): Promise<Ending> {
  await gateAll(context);
  await measureOverhead(context);
  if (!context.signal.aborted) planRounds(context);
  if (!context.signal.aborted) await measureRounds(context);
  return context.signal.aborted ? 'interrupted' : 'finished';
}

/** Gates every cell that is not decided yet: nothing is compared by time here. */
async function gateAll(context: RunContext): Promise<void> {
  const { state } = context;
  const all = state.manifest.cells.filter(
    (cell) => cell.decided === null && !state.isLost(cell.id) && state.gateOf(cell.id) === undefined,
  );
  if (all.length === 0) return;
  context.observer.stage('parity gate', all.length);
  const rates: Rates = new Map();
  for (const threads of threadCounts(state.manifest.options)) {
    const some = all.filter((cell) => threadsOf(context, cell.threads) === threads);
    await gateTogether(context, some, threads, rates);
  }
}

/** Cells of one thread count, as many at once as processors allow. */
async function gateTogether(
  context: RunContext,
  cells: readonly PlannedCell[],
  threads: number,
  rates: Rates,
): Promise<void> {
  const waiting = [...cells];
  // What is likely to take longest comes first, so that no lane is left with it at the end.
  const likelyCost = (cell: PlannedCell) => cell.batch * (cell.mode === 'training' ? 3 : 1);
  waiting.sort((one, other) => likelyCost(other) - likelyCost(one));
  const beside = { ...context, stopwatch: uncharged };
  const work = async (cpus: readonly number[]) => {
    for (let cell = waiting.shift(); cell && !context.signal.aborted; cell = waiting.shift()) {
      await gateOrLose(beside, cell, cpus, rates);
      context.observer.step(cell.id);
    }
  };
  await context.stopwatch.time(
    'parity gate',
    async () => void (await Promise.all(lanesOf(context, threads).map(work))),
  );
}

async function gateOrLose(
  context: RunContext,
  cell: PlannedCell,
  cpus: readonly number[],
  rates: Rates,
): Promise<void> {
  try {
    const hopeless = await whyHopeless(context, cell, cpus, rates);
    if (hopeless) return context.state.lose(cell.id, 'failed', hopeless);
    await gateCell(context, cell, cpus);
  } catch (failure) {
    if (context.signal.aborted) return;
    rethrowStorage(context.folder, failure);
    context.state.lose(cell.id, stateOfFailure(failure), failure);
  }
}

/** Disjoint sets of processors, each as large as a worker's budget. */
function lanesOf({ cpus: { all, worker } }: RunContext, threads: number): (readonly number[])[] {
  if (all.length < 2 * threads) return [worker(threads)];
  return Array.from({ length: Math.floor(all.length / threads) }, (_, lane) =>
    all.slice(lane * threads, (lane + 1) * threads),
  );
}

/** The null target of each worker kind: what the harness itself costs per iteration. */
async function measureOverhead(context: RunContext): Promise<void> {
  const { state } = context;
  const gated = state.manifest.cells.filter((cell) => state.isTimed(cell) && cell.mode === 'inference');
  const any = gated[0] ?? state.manifest.cells.find((cell) => state.isTimed(cell));
  if (!any) return;
  const used = new Set(state.manifest.targets.map((target) => target.host));
  for (const host of used) {
    if (state.hasOverhead(host) || context.signal.aborted) continue;
    try {
      await measureNull(context, host, any);
    } catch (failure) {
      const said = failure instanceof Error ? failure.message : String(failure);
      if (!context.signal.aborted)
        context.observer.note(`the overhead of ${host} workers is not known: ${said}`);
    }
  }
}

async function measureNull(context: RunContext, host: 'node' | 'python', cell: PlannedCell): Promise<void> {
  const threads = threadsOf(context, undefined);
  context.cpus.giveWay(threads);
  const worker = await openWorker(context, { target: `null/${host}` }, context.cpus.worker(threads), null);
  try {
    const folder = context.state.manifest.artefacts[groupKey(cell)] ?? '';
    await worker.ask('load', { type: 'load', folder, mode: cell.mode });
    await worker.ask('warm-up', { type: 'warm', minIterations: 1000, minNs: 20e6, maxNs: 200e6 });
    const turn = await worker.ask('measuring', {
      type: 'turn',
      minNs: 50e6,
      maxIterations: 5_000,
      firstBuffer: 0,
      auditIteration: 0,
    });
    context.state.record({ type: 'overhead', host, samplesNs: turn.samplesNs });
    await worker.close();
  } finally {
    await worker.kill();
  }
}

/** Until a loaded cell iterates at its usual pace: some compile at load, some at the first call. */
function readyNs(gate: ReturnType<RunContext['state']['gateOf']>): number {
  return gate ? gate.loadNs + Math.max(0, gate.firstNs - gate.iterationNs) : 0;
}

/** Once; and again where a run that goes on was given time for more rounds, of turns as long as before. */
function planRounds(context: RunContext): void {
  const { state } = context;
  const before = state.schedule();
  if (before && !context.isExtended) return;
  const schedule = scheduleFor(context, before ? context.allowanceMs : state.manifest.options.budgetMs);
  const rounds = context.steering?.mostRounds ?? (before?.rounds ?? 0) + schedule.rounds;
  const asked = state.manifest.options.rounds ?? Number.POSITIVE_INFINITY;
  state.record({
    type: 'schedule',
    rounds: Math.max(before?.rounds ?? 0, Math.min(rounds, asked)),
    ...(context.steering ? { steered: true as const } : {}),
    shares: { ...(before ?? schedule).shares },
  });
}

function scheduleFor(context: RunContext, budgetMs: number) {
  const { state } = context;
  const timed = state.manifest.cells.filter((cell) => state.isTimed(cell));
  const { rounds } = state.manifest.options;
  const processes = [...new Set(timed.map(processKey))];
  const startMs = processes.reduce((total, key) => total + median(state.startsMs(key)), 0);
  const costs = timed.map((cell) => ({
    cell: cell.id,
    iterationNs: state.gateOf(cell.id)?.iterationNs ?? 0,
    loadNs: readyNs(state.gateOf(cell.id)),
  }));
  if (context.steering) return divideSteps(budgetMs, startMs, costs, context.steering.usualRounds);
  return divideBudget(budgetMs, startMs, costs, rounds ?? undefined);
}

async function measureRounds(context: RunContext): Promise<void> {
  const { state } = context;
  const schedule = state.schedule();
  if (!schedule) return;
  const timed = state.manifest.cells.filter((cell) => state.isTimed(cell));
  const groups = new Set(timed.map((cell) => `${groupKey(cell)} ${cell.threads}`)).size;
  context.observer.stage('rounds', schedule.rounds * groups);
  const endsMs = context.nowMs() + context.allowanceMs;
  for (let round = 0; round < schedule.rounds; round++) {
    if (state.roundFinished(round)) {
      for (let group = 0; group < groups; group++) context.observer.step(`round ${round + 1}: kept`);
      continue;
    }
    const wanted = context.steering?.wanted(state.events(), round);
    if (wanted?.size === 0) break;
    const members = timed.filter((cell) => wanted?.has(cell.id) ?? true);
    try {
      await measureRound(context, round, members, schedule.shares, endsMs);
      state.record({ type: 'round', round });
    } catch (error) {
      if (!(error instanceof BudgetSpent)) throw error;
      break;
    }
  }
  loseUntimed(context, timed);
}

/** A cell for which no time was left has no number, and says what would give it one. */
function loseUntimed(context: RunContext, timed: readonly PlannedCell[]): void {
  if (context.signal.aborted) return;
  const { state } = context;
  const rounds = state.schedule()?.rounds ?? 0;
  for (const cell of timed) {
    const measured = Array.from({ length: rounds }, (_, round) => state.turnsIn(cell.id, round));
    if (state.isLost(cell.id) || measured.some((turns) => turns > 0)) continue;
    state.lose(cell.id, 'failed', 'the time budget ended before its first turn; give a larger --time');
  }
}
