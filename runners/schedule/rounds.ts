/**
 * The rounds: fresh processes, all of a group alive at once on the same processors, one awake at a time, alternating
 * short turns in random order. Processes start, load and warm up on all processors of the budget; turns are taken when all are
 * ready. Where memory does not hold the models of a group at once, each is loaded alone, in two passes, the second in
 * the opposite order.
 */
import { onLanes } from '../../common/lanes.js';
import { artefactKey, groupCells, processKey } from '../../common/run/cell.js';
import type { PlannedCell } from '../../common/run/run-folder.js';
import { unloadCell } from './audit.js';
import type { Share } from './budget.js';
import { type RunContext, threadsOf } from './context.js';
import { rethrowStorage, stateOfFailure } from './failures.js';
import { BudgetSpent, type Group, type Guard, type LoadedCell } from './group.js';
import { type Lane, lanesOf } from './lanes.js';
import type { LiveWorker, Owner } from './live-worker.js';
import { loadCell } from './load.js';
import { type Random, randomFor, shuffled } from './random.js';
import { startOrFail } from './start.js';
import { type Part, takeTurns } from './turns.js';

/** What the rounds need of the recorded schedule. */
export interface Plan {
  readonly shares: Readonly<Record<string, Share>>;
  /** Ids of cells that are loaded alone. */
  readonly apart?: readonly string[] | undefined;
}

/** Cells that are loaded at once, and which of their turns they take. */
interface Pass {
  readonly cells: readonly PlannedCell[];
  readonly part: Part;
}

/**
 * Measures one round, or what an earlier session left of it. Thread counts come one after the other, in an order drawn anew:
 * with all their processes alive at once a sweep would need so many times the memory.
 *
 * @param endsMs when the measuring budget ends, on the context's clock
 * @throws BudgetSpent when the budget ended inside the round
 */
export async function measureRound(
  context: RunContext,
  round: number,
  cells: readonly PlannedCell[],
  plan: Plan,
  endsMs: number,
): Promise<void> {
  const random = randomFor(context.state.manifest.options.seed, 'round', round);
  const remaining = cells.filter((cell) => hasWork(context, cell, round, plan.shares));
  const checkTime = () => {
    if (context.signal.aborted || context.nowMs() >= endsMs) throw new BudgetSpent();
  };
  for (const threads of shuffled([...new Set(remaining.map((cell) => cell.threads))], random)) {
    const some = remaining.filter((cell) => cell.threads === threads);
    context.cpus.giveWay(threadsOf(context, threads));
    await measurePart(context, round, some, plan, random, checkTime);
  }
}

/** @param cells of one thread count */
async function measurePart(
  context: RunContext,
  round: number,
  cells: readonly PlannedCell[],
  plan: Plan,
  random: Random,
  checkTime: () => void,
): Promise<void> {
  const workers = new Map<string, LiveWorker>();
  const lanes = shuffled(lanesOf(context, cells[0]?.threads), random);
  try {
    const owners = [...new Map(cells.map((cell) => [cell.target, cell])).values()];
    await onLanes(
      lanes,
      slowestFirst(context, shuffled(owners, random), (owner) => startsOf(context, owner)),
      (owner, lane) => {
        checkTime();
        return startFor(context, workers, owner, round, cells, lane);
      },
    );
    for (const members of inOrder(context, cells, random)) {
      await measureGroup(context, round, members, plan, workers, checkTime);
    }
    for (const worker of workers.values()) await recordMemory(context, worker, round, cells[0]?.threads);
  } finally {
    await Promise.all([...workers.values()].map((worker) => worker.close()));
  }
}

/**
 * What takes longest is begun first, so that no lane is left with it at the end; otherwise in the order drawn. The sides of a gate
 * are begun in the order drawn: one that is always begun first, beside others, is slower to start for no reason of its own.
 */
function slowestFirst<Item>(
  { state }: RunContext,
  drawn: readonly Item[],
  costOf: (item: Item) => number,
): readonly Item[] {
  if (state.manifest.gate) return drawn;
  return [...drawn].sort((one, other) => costOf(other) - costOf(one));
}

function startsOf({ state }: RunContext, owner: Owner): number {
  return Math.max(0, ...state.startsMs(processKey(owner)));
}

/**
 * The groups of a round: first the one whose cells met a fresh process least often, so that each has that figure from several
 * rounds; the others in an order drawn anew.
 */
function inOrder(context: RunContext, cells: readonly PlannedCell[], random: Random): PlannedCell[][] {
  const freshOf = (group: readonly PlannedCell[]) =>
    Math.min(...group.map(({ id }) => context.state.freshOf(id)));
  const drawn = shuffled(groupCells(cells), random);
  const fewest = Math.min(...drawn.map(freshOf));
  const first = drawn.findIndex((group) => freshOf(group) === fewest);
  return [...drawn.slice(first, first + 1), ...drawn.slice(0, Math.max(0, first)), ...drawn.slice(first + 1)];
}

/** Supplements the times only, which a worker that no longer answers has given already. */
async function recordMemory(
  context: RunContext,
  worker: LiveWorker,
  round: number,
  threads: number | undefined,
): Promise<void> {
  const { target, process } = worker;
  const memory = await worker.ask('audit', { type: 'memory' }).catch(() => undefined);
  if (!memory || context.signal.aborted) return;
  context.state.record({
    type: 'memory',
    target,
    ...(threads === undefined ? {} : { threads }),
    round,
    process,
    peakRssBytes: memory.peakRssBytes,
    deviceBytes: memory.deviceBytes,
  });
}

function hasWork(
  context: RunContext,
  cell: PlannedCell,
  round: number,
  shares: Readonly<Record<string, Share>>,
): boolean {
  return context.state.isTimed(cell) && context.state.turnsIn(cell.id, round) < (shares[cell.id]?.turns ?? 0);
}

async function startFor(
  context: RunContext,
  workers: Map<string, LiveWorker>,
  owner: Owner,
  round: number,
  cells: readonly PlannedCell[],
  lane: Lane,
): Promise<void> {
  const own = cells.filter((cell) => processKey(cell) === processKey(owner));
  const worker = await startOrFail(context, owner, lane, round, own);
  if (worker) workers.set(owner.target, worker);
  else if (context.signal.aborted) throw new BudgetSpent();
}

async function measureGroup(
  context: RunContext,
  round: number,
  cells: readonly PlannedCell[],
  plan: Plan,
  workers: Map<string, LiveWorker>,
  checkTime: () => void,
): Promise<void> {
  const key = cells[0] ? artefactKey(cells[0]) : '';
  const threads = cells[0]?.threads;
  const random = randomFor(
    context.state.manifest.options.seed,
    'group',
    round,
    key,
    ...(threads ? [threads] : []),
  );
  const group: Group = {
    context,
    round,
    reference: await context.stopwatch.time('comparison', () =>
      context.files.reference(context.state.manifest.artefacts[key] ?? ''),
    ),
    random,
    timedOn: context.cpus.worker(threadsOf(context, threads)),
    lanes: shuffled(lanesOf(context, threads), random),
    guarded: guard(context, workers, round),
    checkTime,
  };
  for (const pass of passesOf(shuffled(cells, group.random), plan))
    await measurePass(group, pass, plan.shares, workers);
  context.observer.step(`round ${round + 1}: ${key}${threads === undefined ? '' : `:t${threads}`}`);
}

/** All at once; or each alone, and again in the opposite order, so that a machine that changes its speed does so for all. */
function passesOf(cells: readonly PlannedCell[], { shares, apart = [] }: Plan): Pass[] {
  if (!cells.some(({ id }) => apart.includes(id))) return [{ cells, part: 'all' }];
  const isSplit = ({ id }: PlannedCell) => (shares[id]?.turns ?? 0) > 1;
  const there = cells.map((cell) => ({ cells: [cell], part: 'first half' as const }));
  const back = cells.filter(isSplit).map((cell) => ({ cells: [cell], part: 'second half' as const }));
  return [...there, ...back.reverse()];
}

async function measurePass(
  group: Group,
  { cells, part }: Pass,
  shares: Readonly<Record<string, Share>>,
  workers: Map<string, LiveWorker>,
): Promise<void> {
  const { lanes, guarded } = group;
  const loaded = new Set<LoadedCell>();
  try {
    const firstNs = ({ id }: PlannedCell) => group.context.state.parityOf(id)?.firstNs ?? 0;
    await onLanes(lanes, slowestFirst(group.context, cells, firstNs), async (cell, lane) => {
      group.checkTime();
      const worker = workers.get(cell.target);
      const share = shares[cell.id];
      if (!worker || !share) return;
      const member = await guarded(cell, lane, () => loadCell(group, cell, worker, share, lane));
      if (member) loaded.add(member);
    });
    await takeTurns(group, loaded, part);
  } finally {
    await onLanes(lanes, [...loaded], async (member, lane) => {
      await guarded(member.cell, lane, () => unloadCell(group, member, lane));
    });
  }
}

/**
 * Runs one cell's work. A failure makes that cell `failed` (or what the failure says) and replaces the process, so
 * that the target's other cells go on.
 */
function guard(context: RunContext, workers: Map<string, LiveWorker>, round: number): Guard {
  return async (cell, lane, work) => {
    try {
      return await work();
    } catch (failure) {
      if (failure instanceof BudgetSpent || context.signal.aborted) throw new BudgetSpent();
      rethrowStorage(context.folder, failure);
      const worker = workers.get(cell.target);
      context.state.fail(cell.id, stateOfFailure(failure), failure, worker?.process);
      await worker?.kill();
      workers.delete(cell.target);
      await startFor(context, workers, cell, round, othersOf(context, cell), lane);
      return undefined;
    }
  };
}

function othersOf(context: RunContext, cell: PlannedCell): PlannedCell[] {
  return context.state.manifest.cells.filter(
    (other) => processKey(other) === processKey(cell) && context.state.isTimed(other),
  );
}
