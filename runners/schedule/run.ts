/**
 * A run from its manifest to its last event: the parity check, the harness's own overhead, the division of the budget,
 * the rounds. Everything that is learnt goes into the event log; a run that resumes skips what the log already holds.
 */

import { messageOf } from '../../common/errors.js';
import { groupBy } from '../../common/group-by.js';
import { onLanes } from '../../common/lanes.js';
import { artefactKey, groupCells, processKey } from '../../common/run/cell.js';
import { threadCounts } from '../../common/run/results.js';
import type { PlannedCell } from '../../common/run/run-folder.js';
import { median } from '../../common/statistics/quantiles.js';
import { divideBudget, divideSteps } from './budget.js';
import { checkTarget } from './check-target.js';
import { type RunContext, threadsOf } from './context.js';
import { BudgetSpent } from './group.js';
import { type Lane, lanesOf } from './lanes.js';
import { type Owner, openWorker } from './live-worker.js';
import { hopelessCells, probeInto, type Rates, shortageForCell, toProbe } from './prediction.js';
import { measureRound } from './rounds.js';

/** `interrupted` where the user asked to stop. Storage errors are thrown. */
export type Ending = 'finished' | 'interrupted';

export async function executeRun(context: RunContext): Promise<Ending> {
  await checkAll(context);
  await measureOverhead(context);
  if (!context.signal.aborted) planRounds(context);
  if (!context.signal.aborted) await measureRounds(context);
  return context.signal.aborted ? 'interrupted' : 'finished';
}

/** Checks every cell that is not decided yet: nothing is compared by time here. */
async function checkAll(context: RunContext): Promise<void> {
  const { state } = context;
  const all = state.manifest.cells.filter(
    (cell) => cell.decided === null && !state.hasFailed(cell.id) && state.parityOf(cell.id) === undefined,
  );
  const open = await withoutVerdict(context, all);
  if (open.length === 0) return;
  const rates = await probeAll(context, open);
  const hopeless = hopelessCells(context, open, rates);
  context.observer.stage('parity check', open.length);
  await onOwnThreads(context, targetsOf(context, open), (cells, lane) =>
    checkTarget(context, cells, lane, hopeless),
  );
}

/** The cells for which no earlier run has kept a verdict; the verdicts of the others are recorded. */
async function withoutVerdict(context: RunContext, cells: readonly PlannedCell[]): Promise<PlannedCell[]> {
  const open: PlannedCell[] = [];
  for (const cell of cells) {
    const kept = shortageForCell(context, cell) ? undefined : await context.verdicts.find(cell);
    if (!kept) open.push(cell);
    else {
      const { checkedAt, verdict } = kept;
      context.state.record({ type: 'parity', cell: cell.id, checkedAt, ...verdict });
    }
  }
  return open;
}

/** The cells of each target and thread count; what takes longest comes first, so that no lane is left with it at the end. */
function targetsOf({ compiles }: RunContext, cells: readonly PlannedCell[]): PlannedCell[][] {
  const targets = groupBy(cells, processKey);
  const likelyCost = (cell: PlannedCell) =>
    cell.batch * (cell.mode === 'training' ? 3 : 1) * (compiles(cell.target) ? 10 : 1);
  const costOfAll = (own: readonly PlannedCell[]) => own.reduce((sum, cell) => sum + likelyCost(cell), 0);
  return [...targets.values()].sort((one, other) => costOfAll(other) - costOfAll(one));
}

/** What targets make of the probes, where there are cells that are large enough to ask. */
async function probeAll(context: RunContext, cells: readonly PlannedCell[]): Promise<Rates> {
  const rates: Rates = new Map();
  const asked = toProbe(context, cells);
  if (asked.length === 0) return rates;
  context.observer.stage('probes', asked.length);
  const each = asked.map((cell) => [cell]);
  await onOwnThreads(context, each, async ([cell], lane) => {
    if (!cell) return;
    await probeInto(rates, context, cell, lane);
    context.observer.step(processKey(cell));
  });
  return rates;
}

/** As many at once as processors allow, one thread count after the other, in order. */
async function onOwnThreads(
  context: RunContext,
  items: readonly (readonly PlannedCell[])[],
  work: (cells: readonly PlannedCell[], lane: Lane) => Promise<void>,
): Promise<void> {
  for (const threads of threadCounts(context.state.manifest.options)) {
    const some = items.filter(([cell]) => threadsOf(context, cell?.threads) === threads);
    await onLanes(lanesOf(context, threads), some, async (cells, lane) => {
      if (!context.signal.aborted) await work(cells, lane);
    });
  }
}

/** The null target of each host: what the harness itself costs per iteration. */
async function measureOverhead(context: RunContext): Promise<void> {
  const { state } = context;
  const timed = state.manifest.cells.filter((cell) => state.isTimed(cell));
  const model = timed.find(({ mode }) => mode === 'inference') ?? timed[0];
  if (!model) return;
  const hosts = new Set(state.manifest.targets.map(({ host }) => host));
  for (const host of hosts) {
    if (!state.hasOverhead(host) && !context.signal.aborted) await measureHost(context, host, model);
  }
}

/** A host whose overhead cannot be measured costs nothing but this figure. */
async function measureHost(context: RunContext, host: string, model: PlannedCell): Promise<void> {
  const unknown = (why: string) =>
    context.observer.note(`the overhead of ${host} workers is not known: ${why}`);
  const owner = context.nullTargets.get(host);
  if (!owner) return unknown('no null target is available there');
  try {
    context.state.record({ type: 'overhead', host, samplesNs: await timeNull(context, owner, model) });
  } catch (failure) {
    if (!context.signal.aborted) unknown(messageOf(failure));
  }
}

async function timeNull(context: RunContext, owner: Owner, cell: PlannedCell): Promise<number[]> {
  const threads = threadsOf(context, undefined);
  context.cpus.giveWay(threads);
  const worker = await openWorker(context, owner, context.cpus.worker(threads), null);
  try {
    const folder = context.state.manifest.artefacts[artefactKey(cell)] ?? '';
    await worker.ask('load', { type: 'load', folder, mode: cell.mode });
    await worker.ask('warm-up', { type: 'warm', minIterations: 1000, minNs: 20e6, maxNs: 200e6 });
    const turn = await worker.ask('measuring', {
      type: 'turn',
      minNs: 50e6,
      maxIterations: 5_000,
      firstBuffer: 0,
      auditIteration: 0,
    });
    await worker.close();
    return turn.samplesNs;
  } finally {
    await worker.kill();
  }
}

/** Until a loaded cell iterates at its steady pace: some compile at load, some at the first call. */
function readyNs(gate: ReturnType<RunContext['state']['parityOf']>): number {
  return gate ? gate.loadNs + Math.max(0, gate.firstNs - gate.iterationNs) : 0;
}

/** Once; and again where a run that goes on was given time for more rounds, of turns as long as before. */
function planRounds(context: RunContext): void {
  const { state } = context;
  const before = state.schedule();
  if (before && !context.isExtended) return;
  const apart = new Set([...(before?.apart ?? []), ...cellsApart(context)]);
  const budgetMs = before ? context.allowanceMs : state.manifest.options.budgetMs;
  const schedule = scheduleFor(context, budgetMs, apart);
  const rounds = context.stoppingRule?.maxRounds ?? (before?.rounds ?? 0) + schedule.rounds;
  const asked = state.manifest.options.rounds ?? Number.POSITIVE_INFINITY;
  state.record({
    type: 'schedule',
    rounds: Math.max(before?.rounds ?? 0, Math.min(rounds, asked)),
    ...(context.stoppingRule ? { stoppingRule: true as const } : {}),
    shares: { ...(before ?? schedule).shares },
    ...(apart.size > 0 ? { apart: [...apart] } : {}),
  });
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

function scheduleFor(context: RunContext, budgetMs: number, apart: ReadonlySet<string>) {
  const { state } = context;
  const timed = state.manifest.cells.filter((cell) => state.isTimed(cell));
  const { rounds } = state.manifest.options;
  const processes = [...new Set(timed.map(processKey))];
  const startMs = processes.reduce((total, key) => total + median(state.startsMs(key)), 0);
  const costs = timed.map((cell) => ({
    cell: cell.id,
    iterationNs: state.parityOf(cell.id)?.iterationNs ?? 0,
    // There and back is two of them.
    loadNs: (apart.has(cell.id) ? 2 : 1) * readyNs(state.parityOf(cell.id)),
  }));
  if (context.stoppingRule) return divideSteps(budgetMs, startMs, costs, context.stoppingRule.defaultRounds);
  return divideBudget(budgetMs, startMs, costs, rounds ?? undefined);
}

async function measureRounds(context: RunContext): Promise<void> {
  const { state } = context;
  const schedule = state.schedule();
  if (!schedule) return;
  const timed = state.manifest.cells.filter((cell) => state.isTimed(cell));
  const groups = groupCells(timed).length;
  context.observer.stage('rounds', schedule.rounds * groups);
  const endsMs = context.nowMs() + context.allowanceMs;
  for (let round = 0; round < schedule.rounds; round++) {
    if (state.roundFinished(round)) {
      for (let group = 0; group < groups; group++) context.observer.step(`round ${round + 1}: kept`);
      continue;
    }
    const wanted = context.stoppingRule?.wanted(state.events(), round);
    if (wanted?.size === 0) break;
    const members = timed.filter((cell) => wanted?.has(cell.id) ?? true);
    try {
      await measureRound(context, round, members, schedule, endsMs);
      state.record({ type: 'round', round });
    } catch (error) {
      if (!(error instanceof BudgetSpent)) throw error;
      break;
    }
  }
  failUntimed(context, timed);
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
