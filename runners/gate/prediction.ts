/**
 * Cells that memory or time cannot hold are found before they are started: from what the graph needs at the least, and
 * from how fast the target computes a probe (`suites/probe.ts`).
 */
import { TouchstoneError } from '../../common/errors.js';
import { lackingMemory } from '../../common/memory.js';
import type { PlannedCell } from '../../reports/schema/run-folder.js';
import { probeMultiplyAdds } from '../../suites/probe.js';
import { groupKey, processKey, type RunContext } from '../schedule/context.js';
import { type Owner, openWorker } from '../schedule/live-worker.js';

/** Below this every target is done within any deadline, and no probe is worth its import. */
const leastMultiplyAdds = 2e9;
/** Iterations of the parity gate within one request: every input buffer, or the steps of a trajectory with its gradients. */
const iterationsOfRequest = 5;
/** Networks reach the rate of the probe within a few times; only what misses by more is called hopeless. */
const benefitOfDoubt = 2;
const probing = { minIterations: 3, minNs: 50e6, maxNs: 5e9 };

/** Rates by target and thread count, in multiply-adds a second; undefined for a target that could not run the probe. */
export type Rates = Map<string, number | undefined>;

/** @returns why the cell is not started; undefined where it may be */
export async function whyHopeless(
  context: RunContext,
  cell: PlannedCell,
  cpus: readonly number[],
  rates: Rates,
): Promise<TouchstoneError | undefined> {
  const cost = context.state.manifest.costs?.[groupKey(cell)];
  if (!cost) return undefined;
  const lack = lackOfMemory(cost.bytes, context.availableBytes());
  if (lack) return lack;
  if (cost.multiplyAdds < leastMultiplyAdds) return undefined;
  const key = processKey(cell);
  if (!rates.has(key)) rates.set(key, await probe(context, cell, cpus));
  const rate = rates.get(key);
  if (rate === undefined) return undefined;
  const iterationMs = (1000 * cost.multiplyAdds) / rate;
  const allowedMs = Math.min(context.deadlineMs, Math.max(context.allowanceMs, 1));
  if (iterationMs * iterationsOfRequest < benefitOfDoubt * allowedMs) return undefined;
  const limit =
    allowedMs < context.deadlineMs
      ? `the time budget is ${seconds(allowedMs)}`
      : `a request has ${seconds(allowedMs)} (--deadline)`;
  return hopeless(
    `an iteration would take about ${seconds(iterationMs)} (${(cost.multiplyAdds / 1e9).toFixed(1)} G multiply-adds ` +
      `at the ${(rate / 1e9).toFixed(2)} G a second of its probe), its parity check ${iterationsOfRequest} of them, and ${limit}`,
  );
}

/** @returns why so much is not tried; undefined where there is enough */
export function lackOfMemory(needed: number, available: number): TouchstoneError | undefined {
  const lack = lackingMemory(needed, available);
  return lack === undefined ? undefined : hopeless(`it ${lack}`);
}

function hopeless(why: string): TouchstoneError {
  return new TouchstoneError('worker', `predicted, not started: ${why}`, {
    hint: 'choose a smaller --batch, --scale small, or more time',
  });
}

/** A worker of its own: what the probe leaves behind is no part of a cell. */
async function probe(
  context: RunContext,
  owner: Owner,
  cpus: readonly number[],
): Promise<number | undefined> {
  const folder = context.state.manifest.artefacts.probe;
  if (folder === undefined) return undefined;
  const worker = await openWorker(context, owner, cpus, null).catch(() => undefined);
  try {
    await worker?.ask('parity gate', { type: 'load', folder, mode: 'inference' });
    const warm = await worker?.ask('parity gate', { type: 'warm', ...probing });
    const fastestNs = Math.min(...(warm?.samplesNs ?? []));
    return fastestNs > 0 && Number.isFinite(fastestNs) ? (1e9 * probeMultiplyAdds) / fastestNs : undefined;
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
