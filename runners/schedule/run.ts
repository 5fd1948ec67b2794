/**
 * A run from its manifest to its last event: the parity check, the harness's own overhead, the division of the budget,
 * the rounds. Everything that is learnt goes into the event log; a run that resumes skips what the log already holds.
 */
import { messageOf } from '../../common/errors.js';
import { groupBy } from '../../common/group-by.js';
import { onLanes } from '../../common/lanes.js';
import { artefactKey, processKey } from '../../common/run/cell.js';
import { threadCounts } from '../../common/run/results.js';
import type { PlannedCell } from '../../common/run/run-folder.js';
import type { Results } from '../protocol/messages.js';
import { checkTarget } from './check-target.js';
import { type RunContext, threadsOf } from './context.js';
import { recordAgreements } from './doubtful-references.js';
import { type Lane, lanesOf } from './lanes.js';
import { type Owner, openWorker } from './live-worker.js';
import { measureRounds } from './measure-rounds.js';
import { planRounds } from './plan-rounds.js';
import { hopelessCells, probeInto, type Rates, shortageForCell, toProbe } from './prediction.js';

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
  await context.stopwatch.time('comparison', () => recordAgreements(context, open));
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

/** The null target of each host and browser: what the harness itself costs per iteration. */
async function measureOverhead(context: RunContext): Promise<void> {
  const { state } = context;
  const timed = state.manifest.cells.filter((cell) => state.isTimed(cell));
  const model = timed.find(({ mode }) => mode === 'inference') ?? timed[0];
  if (!model) return;
  const places = new Set(state.manifest.targets.map(({ host, place }) => place ?? host));
  for (const place of places) {
    if (!state.hasOverhead(place) && !context.signal.aborted) await measurePlace(context, place, model);
  }
}

/** A place whose overhead cannot be measured costs nothing but this figure. */
async function measurePlace(context: RunContext, place: string, model: PlannedCell): Promise<void> {
  const unknown = (why: string) =>
    context.observer.note(`the overhead of ${place} workers is not known: ${why}`);
  const owner = context.nullTargets.get(place);
  if (!owner) return unknown('no null target is available there');
  try {
    const { samplesNs, batch } = await timeNull(context, owner, model);
    context.state.record({ type: 'overhead', host: place, samplesNs, ...(batch > 1 ? { batch } : {}) });
  } catch (failure) {
    if (!context.signal.aborted) unknown(messageOf(failure));
  }
}

const minNullSamples = 20;

async function timeNull(
  context: RunContext,
  owner: Owner,
  cell: PlannedCell,
): Promise<Pick<Results['turn'], 'samplesNs' | 'batch'>> {
  const threads = threadsOf(context, undefined);
  context.cpus.giveWay(threads);
  const worker = await openWorker(context, owner, context.cpus.worker(threads), null);
  try {
    const folder = context.state.manifest.artefacts[artefactKey(cell)] ?? '';
    await worker.ask('load', { type: 'load', folder, mode: cell.mode });
    await worker.ask('warm-up', { type: 'warm', minIterations: 1000, minNs: 20e6, maxNs: 200e6 });
    const samplesNs: number[] = [];
    let batch = 1;
    // Where the clock cannot tell a single iteration, a turn holds one batch of them.
    while (samplesNs.length < minNullSamples) {
      const turn = await worker.ask('measuring', {
        type: 'turn',
        minNs: 50e6,
        maxIterations: 5_000,
        firstBuffer: 0,
        auditIteration: 0,
      });
      samplesNs.push(...turn.samplesNs);
      batch = turn.batch;
    }
    await worker.close();
    return { samplesNs, batch };
  } finally {
    await worker.kill();
  }
}
