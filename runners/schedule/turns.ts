/** The turns of the cells that are loaded: one worker awake at a time, all on the same processors. */
import { TouchstoneError } from '../../common/errors.js';
import { onLanes } from '../../common/lanes.js';
import type { PlannedCell } from '../../common/run/run-folder.js';
import type { ProcessorReading } from '../machine/processors.js';
import { checkLosses } from '../parity/parity.js';
import type { Reference } from '../parity/reference.js';
import type { RequestBody, Results } from '../protocol/messages.js';
import { recordAudit } from './audit.js';
import { type RunContext, threadsOf } from './context.js';
import type { Group, LoadedCell } from './group.js';
import type { LiveWorker } from './live-worker.js';
import { implausibility } from './plausible.js';
import { randomFor, shuffled } from './random.js';
import { toleranceOf } from './tolerance.js';

/** Which turns of a round are taken. */
export type Part = 'all' | 'first half' | 'second half';

/** Maximum of samples in one turn: a null iteration takes nanoseconds, and a reply has to stay a line of JSON. */
const maxIterations = 20_000;

/** What loaded elsewhere comes to where all turns are taken. */
async function bindAll({ guarded, timedOn }: Group, loaded: Set<LoadedCell>): Promise<void> {
  const bind = async (member: LoadedCell) => {
    const bound = await guarded(member.cell, timedOn, async () => {
      await member.worker.moveTo(timedOn);
      return true;
    });
    if (!bound) loaded.delete(member);
  };
  // All at once: each is a system call.
  await onLanes([...loaded], [...loaded], bind);
}

/** Blocks of one turn each, in an order drawn anew for every block; a cell that fails takes no further turn. */
export async function takeTurns(group: Group, loaded: Set<LoadedCell>, part: Part): Promise<void> {
  const { context, round, random, reference, timedOn } = group;
  await bindAll(group, loaded);
  const blocks = Math.max(0, ...[...loaded].map((member) => member.share.turns));
  for (let block = 0; block < blocks; block++) {
    for (const member of shuffled([...loaded], random)) {
      if (!isInPart(block, member.share.turns, part)) continue;
      if (context.state.hasTurn(member.cell.id, round, block)) continue;
      group.checkTime();
      const buffer = Math.floor(random() * reference.buffers);
      const done = await group.guarded(member.cell, timedOn, () =>
        takeTurn(context, member, round, block, buffer, reference),
      );
      if (!done) loaded.delete(member);
    }
  }
  if (part !== 'second half') await takeThroughputs(group, loaded);
}

/** Iterations that are handed to a device before each wait. */
const submissions = 8;

/** Once a round, behind the turns that ratios rest on; not of a cell whose single iteration is longer than its share. */
async function takeThroughputs(group: Group, loaded: Set<LoadedCell>): Promise<void> {
  const { context, round, random, reference, timedOn } = group;
  const queuing = [...loaded].filter(({ queues, share }) => queues && share.turnNs > 0);
  for (const member of shuffled(queuing, random)) {
    if (context.state.hasThroughput(member.cell.id, round)) continue;
    group.checkTime();
    const firstBuffer = Math.floor(random() * reference.buffers);
    const done = await group.guarded(member.cell, timedOn, () =>
      takeThroughput(context, member, round, firstBuffer),
    );
    if (!done) loaded.delete(member);
  }
}

async function takeThroughput(
  context: RunContext,
  { cell, worker, share, kept }: LoadedCell,
  round: number,
  firstBuffer: number,
): Promise<true> {
  const asked = { minNs: share.turnNs, maxIterations, firstBuffer, auditIteration: 0, submissions };
  const { turn } = await askTurn(context, cell, worker, asked, 0);
  const { samplesNs, batch, auditBuffer } = turn;
  const { process } = worker;
  context.state.record({ type: 'throughput', cell: cell.id, round, process, submissions, samplesNs, batch });
  kept.push(auditBuffer);
  return true;
}

type AskedTurn = Omit<Extract<RequestBody, { type: 'turn' }>, 'type'>;

/**
 * What a worker says of a turn, as far as it can be believed.
 *
 * @param steps of which the losses are given; 0 where nothing is trained
 */
async function askTurn(
  { nowMs }: Pick<RunContext, 'nowMs'>,
  { target }: PlannedCell,
  worker: LiveWorker,
  asked: AskedTurn,
  steps: number,
): Promise<{ readonly startMs: number; readonly turn: Results['turn'] }> {
  const startMs = nowMs();
  const turn = await worker.ask('measuring', { type: 'turn', ...asked });
  const doubt = implausibility(turn, { ...asked, steps }, (nowMs() - startMs) * 1e6);
  if (doubt === undefined) return { startMs, turn };
  throw new TouchstoneError('worker', `${target} cannot be believed: ${doubt}`, {
    hint: 'its adapter or its clock is broken; the log of its worker may say more',
  });
}

function isInPart(block: number, turns: number, part: Part): boolean {
  const half = Math.ceil(turns / 2);
  const [from, to] = part === 'all' ? [0, turns] : part === 'first half' ? [0, half] : [half, turns];
  return block >= from && block < to;
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
  const parity = context.state.parityOf(cell.id);
  const expectedIterations = Math.max(1, Math.floor(share.turnNs / Math.max(1, parity?.iterationNs ?? 1)));
  // Which iteration is audited must not be guessable from the turn: it follows from the seed.
  const random = randomFor(context.state.manifest.options.seed, 'audit', cell.id, round, block);
  const threads = threadsOf(context, cell.threads);
  const before = context.readProcessors(threads);
  const asked = {
    minNs: share.turnNs,
    maxIterations: share.turnNs === 0 ? 1 : maxIterations,
    firstBuffer,
    auditIteration: Math.floor(random() * Math.min(expectedIterations, maxIterations)),
  };
  const steps = reference.mode === 'training' ? reference.steps : 0;
  const { turn, startMs } = await askTurn(context, cell, worker, asked, steps);
  context.state.record({
    type: 'turn',
    cell: cell.id,
    round,
    block,
    process: worker.process,
    startMs,
    samplesNs: turn.samplesNs,
    batch: turn.batch,
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
      toleranceOf(context, reference, cell).loss,
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
