/**
 * A run from its manifest to its last event: the parity check, the harness's own overhead, the division of the budget,
 * the rounds. Everything that is learnt goes into the event log; a run that resumes skips what the log already holds.
 */
import { messageOf, type TouchstoneError } from '../../common/errors.js';
import { artefactKey, processKey } from '../../common/run/cell.js';
import { threadCounts } from '../../common/run/results.js';
import type { PlannedCell } from '../../common/run/run-folder.js';
import { checkCell } from './check-cell.js';
import { type RunContext, threadsOf } from './context.js';
import { rethrowStorage, stateOfFailure } from './failures.js';
import { type Owner, openWorker } from './live-worker.js';
import { measureRounds } from './measure-rounds.js';
import { planRounds } from './plan-rounds.js';
import { hopelessCells, probeInto, type Rates, shortageForCell, toProbe } from './prediction.js';
import { uncharged } from './stopwatch.js';

/** `interrupted` where the user asked to stop. Storage errors are thrown. */
export type Ending = 'finished' | 'interrupted';

export async function executeRun(context: RunContext): Promise<Ending> {
  await checkAll(context);
  await measureOverhead(context);
  if (!context.signal.aborted) planRounds(context);
  if (!context.signal.aborted) await measureRounds(context);
  return context.signal.aborted ? 'interrupted' : 'finished';
}

/** Gates every cell that is not decided yet: nothing is compared by time here. */
async function checkAll(context: RunContext): Promise<void> {
  const { state } = context;
  const all = state.manifest.cells.filter(
    (cell) => cell.decided === null && !state.hasFailed(cell.id) && state.parityOf(cell.id) === undefined,
  );
  if (all.length === 0) return;
  const rates = await probeAll(context, all);
  const hopeless = hopelessCells(context, all, rates);
  context.observer.stage('parity check', all.length);
  // What is likely to take longest comes first, so that no lane is left with it at the end.
  const likelyCost = (cell: PlannedCell) => cell.batch * (cell.mode === 'training' ? 3 : 1);
  const longestFirst = [...all].sort((one, other) => likelyCost(other) - likelyCost(one));
  await onLanes(context, longestFirst, async (beside, cell, cpus) => {
    await checkOrFail(beside, cell, cpus, hopeless.get(cell.id));
    context.observer.step(cell.id);
  });
}

/** What targets make of the probes, where there are cells that are large enough to ask. */
async function probeAll(context: RunContext, cells: readonly PlannedCell[]): Promise<Rates> {
  const rates: Rates = new Map();
  const asked = toProbe(context, cells);
  if (asked.length === 0) return rates;
  context.observer.stage('probes', asked.length);
  await onLanes(context, asked, async (beside, cell, cpus) => {
    await probeInto(rates, beside, cell, cpus);
    context.observer.step(processKey(cell));
  });
  return rates;
}

/** As many at once as processors allow, one thread count after the other, in order. */
async function onLanes(
  context: RunContext,
  cells: readonly PlannedCell[],
  work: (beside: RunContext, cell: PlannedCell, cpus: readonly number[]) => Promise<void>,
): Promise<void> {
  const beside = { ...context, stopwatch: uncharged };
  for (const threads of threadCounts(context.state.manifest.options)) {
    const waiting = cells.filter((cell) => threadsOf(context, cell.threads) === threads);
    const lane = async (cpus: readonly number[]) => {
      for (let cell = waiting.shift(); cell && !context.signal.aborted; cell = waiting.shift()) {
        await work(beside, cell, cpus);
      }
    };
    await context.stopwatch.time(
      'parity check',
      async () => void (await Promise.all(lanesOf(context, threads).map(lane))),
    );
  }
}

async function checkOrFail(
  context: RunContext,
  cell: PlannedCell,
  cpus: readonly number[],
  hopeless: TouchstoneError | undefined,
): Promise<void> {
  try {
    const why = hopeless ?? shortageForCell(context, cell);
    if (why) return context.state.fail(cell.id, 'failed', why);
    await checkCell(context, cell, cpus);
  } catch (failure) {
    if (context.signal.aborted) return;
    rethrowStorage(context.folder, failure);
    context.state.fail(cell.id, stateOfFailure(failure), failure);
  }
}

/** Disjoint sets of processors, each as large as a worker's budget. */
function lanesOf({ cpus: { all, worker } }: RunContext, threads: number): (readonly number[])[] {
  if (all.length < 2 * threads) return [worker(threads)];
  return Array.from({ length: Math.floor(all.length / threads) }, (_, lane) =>
    all.slice(lane * threads, (lane + 1) * threads),
  );
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
