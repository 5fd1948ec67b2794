/**
 * The rounds: fresh processes, all of a group alive at once on the same processors, one awake at a time, alternating
 * short turns in random order. Where memory does not hold the models of a group at once, each is loaded
 * alone, in two passes, the second in the opposite order.
 */
import { join } from 'node:path';
import { artefactKey, fileNameOf, groupCells, processKey } from '../../common/run/cell.js';
import type { ParityCheck } from '../../common/run/results.js';
import type { PlannedCell } from '../../common/run/run-folder.js';
import type { ProcessorReading } from '../machine/processors.js';
import { checkAudit, checkLosses } from '../parity/parity.js';
import { cellTolerance, type Reference } from '../parity/reference.js';
import type { Share } from './budget.js';
import { type RunContext, threadsOf } from './context.js';
import { rethrowStorage, stateOfFailure } from './failures.js';
import { type LiveWorker, type Owner, openWorker } from './live-worker.js';
import { type Random, randomFor, shuffled } from './random.js';

/** Maximum of samples in one turn: a null iteration takes nanoseconds, and a reply has to stay a line of JSON. */
const maxIterations = 20_000;

/** What the rounds need of the recorded schedule. */
export interface Plan {
  readonly shares: Readonly<Record<string, Share>>;
  /** Ids of cells that are loaded alone. */
  readonly apart?: readonly string[] | undefined;
}

/** Cells that are loaded at once, and which of their turns they take. */
interface Pass {
  readonly cells: readonly PlannedCell[];
  readonly part: 'all' | 'first half' | 'second half';
}

/** A cell that is loaded for a pass: its worker, and what its turns kept for the audit. */
interface LoadedCell {
  readonly cell: PlannedCell;
  readonly worker: LiveWorker;
  readonly share: Share;
  /** Buffer of the output that each turn kept. */
  readonly kept: number[];
}

/** Raised inside a round when its time is up; what was measured stays. */
export class BudgetSpent extends Error {}

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
  try {
    const owners = [...new Map(cells.map((cell) => [cell.target, cell])).values()];
    for (const owner of shuffled(owners, random)) {
      checkTime();
      await startFor(context, workers, owner, round, cells);
    }
    for (const members of shuffled(groupCells(cells), random)) {
      await measureGroup(context, round, members, plan, workers, checkTime);
    }
    for (const worker of workers.values()) await recordMemory(context, worker, round, cells[0]?.threads);
  } finally {
    for (const worker of workers.values()) await worker.close();
  }
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

/** A target that does not start fails all of its cells: none of them can be measured like its rivals. */
async function startFor(
  context: RunContext,
  workers: Map<string, LiveWorker>,
  owner: Owner,
  round: number,
  cells: readonly PlannedCell[],
): Promise<void> {
  try {
    const cpus = context.cpus.worker(threadsOf(context, owner.threads));
    workers.set(owner.target, await openWorker(context, owner, cpus, round));
  } catch (failure) {
    if (context.signal.aborted) throw new BudgetSpent();
    rethrowStorage(context.folder, failure);
    for (const cell of cells.filter((candidate) => processKey(candidate) === processKey(owner))) {
      if (!context.state.hasFailed(cell.id)) context.state.fail(cell.id, stateOfFailure(failure), failure);
    }
  }
}

/** Everything that one group's turns need. */
interface Group {
  readonly context: RunContext;
  readonly round: number;
  readonly reference: Reference;
  readonly random: Random;
  readonly guarded: ReturnType<typeof guard>;
  /** Throws when the time is up. */
  checkTime(): void;
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
  const group: Group = {
    context,
    round,
    reference: await context.files.reference(context.state.manifest.artefacts[key] ?? ''),
    random: randomFor(
      context.state.manifest.options.seed,
      'group',
      round,
      key,
      ...(threads ? [threads] : []),
    ),
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
  const { context, round, reference } = group;
  const loaded = new Set<LoadedCell>();
  try {
    for (const cell of cells) {
      group.checkTime();
      const member = await group.guarded(cell, () => loadCell(context, cell, shares, workers));
      if (member) loaded.add(member);
    }
    await takeTurns(group, loaded, part);
  } finally {
    for (const member of loaded) {
      await group.guarded(member.cell, () => unloadCell(context, member, round, reference));
    }
  }
}

/** Blocks of one turn each, in an order drawn anew for every block; a cell that fails takes no further turn. */
async function takeTurns(group: Group, loaded: Set<LoadedCell>, part: Pass['part']): Promise<void> {
  const { context, round, random, reference } = group;
  const blocks = Math.max(0, ...[...loaded].map((member) => member.share.turns));
  for (let block = 0; block < blocks; block++) {
    for (const member of shuffled([...loaded], random)) {
      if (!isInPart(block, member.share.turns, part)) continue;
      if (context.state.hasTurn(member.cell.id, round, block)) continue;
      group.checkTime();
      const buffer = Math.floor(random() * reference.buffers);
      const done = await group.guarded(member.cell, () =>
        takeTurn(context, member, round, block, buffer, reference),
      );
      if (!done) loaded.delete(member);
    }
  }
}

function isInPart(block: number, turns: number, part: Pass['part']): boolean {
  const half = Math.ceil(turns / 2);
  const [from, to] = part === 'all' ? [0, turns] : part === 'first half' ? [0, half] : [half, turns];
  return block >= from && block < to;
}

/**
 * Runs one cell's work. A failure makes that cell `failed` (or what the failure says) and replaces the process, so
 * that the target's other cells go on.
 */
function guard(context: RunContext, workers: Map<string, LiveWorker>, round: number) {
  return async <T>(cell: PlannedCell, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (failure) {
      if (failure instanceof BudgetSpent || context.signal.aborted) throw new BudgetSpent();
      rethrowStorage(context.folder, failure);
      context.state.fail(cell.id, stateOfFailure(failure), failure);
      await workers.get(cell.target)?.kill();
      workers.delete(cell.target);
      await startFor(context, workers, cell, round, othersOf(context, cell));
      return undefined;
    }
  };
}

function othersOf(context: RunContext, cell: PlannedCell): PlannedCell[] {
  return context.state.manifest.cells.filter(
    (other) => processKey(other) === processKey(cell) && context.state.isTimed(other),
  );
}

async function loadCell(
  context: RunContext,
  cell: PlannedCell,
  shares: Readonly<Record<string, Share>>,
  workers: Map<string, LiveWorker>,
): Promise<LoadedCell | undefined> {
  const worker = workers.get(cell.target);
  const share = shares[cell.id];
  if (!worker || !share) return undefined;
  const folder = context.state.manifest.artefacts[artefactKey(cell)] ?? '';
  await worker.ask('load', { type: 'load', folder, mode: cell.mode });
  if (share.warmNs > 0) {
    await worker.ask('warm-up', { type: 'warm', minIterations: 1, minNs: share.warmNs, maxNs: share.warmNs });
  }
  return { cell, worker, share, kept: [] };
}

async function takeTurn(
  context: RunContext,
  member: LoadedCell,
  round: number,
  block: number,
  firstBuffer: number,
  reference: Reference,
): Promise<true> {
  const { cell, worker, share } = member;
  const startMs = context.nowMs();
  const parity = context.state.parityOf(cell.id);
  const expectedIterations = Math.max(1, Math.floor(share.turnNs / Math.max(1, parity?.iterationNs ?? 1)));
  // Which iteration is audited must not be guessable from the turn: it follows from the seed.
  const random = randomFor(context.state.manifest.options.seed, 'audit', cell.id, round, block);
  const threads = threadsOf(context, cell.threads);
  const before = context.readProcessors(threads);
  const turn = await worker.ask('measuring', {
    type: 'turn',
    minNs: share.turnNs,
    maxIterations: share.turnNs === 0 ? 1 : maxIterations,
    firstBuffer,
    auditIteration: Math.floor(random() * Math.min(expectedIterations, maxIterations)),
  });
  context.state.record({
    type: 'turn',
    cell: cell.id,
    round,
    block,
    process: worker.process,
    startMs,
    samplesNs: turn.samplesNs,
    cpuNs: turn.cpuNs,
    ...(turn.witness
      ? { witness: { ...turn.witness, ...sinceThen(before, context.readProcessors(threads)) } }
      : {}),
  });
  if (reference.mode === 'training') {
    const check = checkLosses(
      turn.losses,
      turn.finite,
      reference.expected.losses,
      cellTolerance(reference, cell).loss,
    );
    recordAudit(context, cell, round, check);
  }
  member.kept.push(turn.auditBuffer);
  return true;
}

function sinceThen(before: ProcessorReading, after: ProcessorReading) {
  const since = (was: number | null, is: number | null) => (was === null || is === null ? null : is - was);
  return {
    stolenTicks: since(before.stolenTicks, after.stolenTicks),
    pressureNs: since(before.pressureNs, after.pressureNs),
    mhz: after.mhz,
  };
}

/** After the clock: checks what the turns kept, and makes room for the next model. */
async function unloadCell(
  context: RunContext,
  member: LoadedCell,
  round: number,
  reference: Reference,
): Promise<void> {
  const { cell, worker, kept } = member;
  if (reference.mode === 'inference' && kept.length > 0) {
    const file = join(context.folder, 'tensors', `${fileNameOf(cell.id)}-r${round}.safetensors`);
    await worker.ask('audit', { type: 'audit', file });
    const actual = await context.files.read(file);
    const names = Object.keys(reference.expected)
      .filter((name) => name.startsWith('output/0/'))
      .map((name) => name.slice('output/0/'.length));
    const pairs = kept.flatMap((buffer, turn) =>
      names.map((name) => ({
        name: `${name} of turn ${turn}`,
        expected: reference.expected[`output/${buffer}/${name}`],
        actual: actual[`${turn}/${name}`],
      })),
    );
    const check = checkAudit(pairs, cellTolerance(reference, cell));
    recordAudit(context, cell, round, check);
    if (check.passed) await context.files.remove(file);
  }
  await worker.ask('audit', { type: 'unload' });
}

/** What was timed was not what was verified: the cell is `wrong` from here on, whatever the parity check said. */
function recordAudit(context: RunContext, cell: PlannedCell, round: number, check: ParityCheck): void {
  context.state.record({ type: 'audit', cell: cell.id, round, check });
  if (!check.passed && !context.state.hasFailed(cell.id)) {
    const finding = check.reason ?? `error ${check.error?.toExponential(1)}, tolerance ${check.tolerance}`;
    context.state.fail(
      cell.id,
      'wrong',
      `a timed iteration of round ${round + 1} gave another result: ${check.worst}: ${finding}`,
    );
  }
}
