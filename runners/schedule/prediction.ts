/**
 * Cells that memory or time cannot hold are found before they are started: from the minimum that the graph needs, and
 * from how fast the target computes a probe (`suites/probe.ts`).
 */
import { TouchstoneError } from '../../common/errors.js';
import { memoryShortage } from '../../common/memory.js';
import { artefactKey, processKey } from '../../common/run/cell.js';
import type { PlannedCell } from '../../common/run/run-folder.js';
import { smallest } from '../../common/statistics/extremes.js';
import { type ProbeName, probeKey, probes } from '../../suites/probe.js';
import type { RunContext } from './context.js';
import { type Owner, openWorker } from './live-worker.js';

/** Below this every target is done within any deadline, and no probe is worth its import. */
const minMultiplyAdds = 2e9;
/** Iterations of the parity check within one request: every input buffer, or the steps of a trajectory with its gradients. */
const iterationsOfRequest = 5;
/** The minimum of iterations that a round takes of a cell: one iteration that warms up, and one that is timed. */
const iterationsOfRound = 2;
/** Networks reach the rate of the probe within a few times; only what misses by more is called hopeless. */
const benefitOfDoubt = 2;
const probing = { minIterations: 3, minNs: 50e6, maxNs: 5e9 };

/** Multiply-adds a second, by `rateKey`; undefined for a target that could not run the probe. */
export type Rates = Map<string, number | undefined>;

/** What has to be probed before anything can be said of the cells: one cell stands for all with the same key. */
export function toProbe(context: RunContext, cells: readonly PlannedCell[]): PlannedCell[] {
  const large = cells.filter((cell) => (costOf(context, cell)?.multiplyAdds ?? 0) >= minMultiplyAdds);
  return [...new Map(large.map((cell) => [rateKey(context, cell), cell])).values()];
}

/** A worker of its own: what the probe leaves behind is no part of a cell. */
export async function probeInto(
  rates: Rates,
  context: RunContext,
  cell: PlannedCell,
  cpus: readonly number[],
): Promise<void> {
  rates.set(rateKey(context, cell), await rateAt(probeOf(context, cell), context, cell, cpus));
}

/**
 * Which cells are not started, and why: a single check of it would miss the deadline, or the time budget does not hold it beside all
 * that take less, in not even one round.
 */
export function hopelessCells(
  context: RunContext,
  cells: readonly PlannedCell[],
  rates: Rates,
): Map<string, TouchstoneError> {
  const predicted = cells.flatMap((cell) => {
    const rate = rates.get(rateKey(context, cell));
    const work = costOf(context, cell)?.multiplyAdds ?? 0;
    return rate === undefined || work < minMultiplyAdds
      ? []
      : [{ cell, work, rate, iterationMs: (1000 * work) / rate }];
  });
  predicted.sort((one, other) => one.iterationMs - other.iterationMs);
  const hopeless = new Map<string, TouchstoneError>();
  let roundMs = 0;
  for (const { cell, work, rate, iterationMs } of predicted) {
    const limit = limitOf(context, iterationMs, roundMs);
    if (limit === undefined) {
      roundMs += iterationsOfRound * iterationMs;
      continue;
    }
    const found = `${(work / 1e9).toFixed(1)} G multiply-adds at the ${(rate / 1e9).toFixed(2)} G a second of its probe`;
    hopeless.set(
      cell.id,
      unstarted(`an iteration would take about ${seconds(iterationMs)} (${found}), ${limit}`),
    );
  }
  return hopeless;
}

/** @param roundMs what a round of all that take less comes to */
function limitOf(context: RunContext, iterationMs: number, roundMs: number): string | undefined {
  const { deadlineMs, allowanceMs } = context;
  if (iterationsOfRequest * iterationMs >= benefitOfDoubt * deadlineMs) {
    return `its parity check ${iterationsOfRequest} of them, and a request has ${seconds(deadlineMs)} (--deadline)`;
  }
  if (roundMs + iterationsOfRound * iterationMs < benefitOfDoubt * allowanceMs) return undefined;
  const beside = roundMs > 0 ? `, ${seconds(roundMs)} of which go to cells that take less` : '';
  return `a round ${iterationsOfRound} of them, and the time budget is ${seconds(allowanceMs)} (--time)${beside}`;
}

/** @returns why the cell is not started now; undefined where there is enough */
export function shortageForCell(context: RunContext, cell: PlannedCell): TouchstoneError | undefined {
  return shortageOfMemory(costOf(context, cell)?.bytes ?? 0, context.availableBytes());
}

export function costOf({ state }: RunContext, cell: PlannedCell) {
  return state.manifest.costs?.[artefactKey(cell)];
}

function probeOf(context: RunContext, cell: PlannedCell): ProbeName {
  return costOf(context, cell)?.recurrent ? 'recurrence' : 'convolution';
}

function rateKey(context: RunContext, cell: PlannedCell): string {
  return `${processKey(cell)}: ${probeOf(context, cell)}`;
}

/** @returns why so much is not tried; undefined where there is enough */
export function shortageOfMemory(needed: number, available: number): TouchstoneError | undefined {
  const shortage = memoryShortage(needed, available);
  return shortage === undefined ? undefined : unstarted(`it ${shortage}`);
}

function unstarted(why: string): TouchstoneError {
  return new TouchstoneError('worker', `predicted, not started: ${why}`, {
    hint: 'choose a smaller --batch, --scale small, or more time',
  });
}

async function rateAt(
  name: ProbeName,
  context: RunContext,
  owner: Owner,
  cpus: readonly number[],
): Promise<number | undefined> {
  const folder = context.state.manifest.artefacts[probeKey(name)];
  if (folder === undefined) return undefined;
  const worker = await openWorker(context, owner, cpus, null).catch(() => undefined);
  try {
    await worker?.ask('parity check', { type: 'load', folder, mode: 'inference' });
    const warm = await worker?.ask('parity check', { type: 'warm', ...probing });
    const fastestNs = smallest(warm?.samplesNs ?? []);
    const isTold = fastestNs > 0 && Number.isFinite(fastestNs);
    return isTold ? (1e9 * probes[name].multiplyAdds) / fastestNs : undefined;
  } catch {
    // It cannot run the probe: then the cell itself has to show whether it fits.
    return undefined;
  } finally {
    await worker?.kill();
  }
}

function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
