/** The parity check of one cell. */
import { join } from 'node:path';
import { at } from '../../common/at.js';
import { artefactKey, fileNameOf } from '../../common/run/cell.js';
import type { ParityCheck } from '../../common/run/results.js';
import type { PlannedCell } from '../../common/run/run-folder.js';
import { smallest } from '../../common/statistics/extremes.js';
import { checkParity } from '../parity/parity.js';
import type { Reference } from '../parity/reference.js';
import type { Results } from '../protocol/messages.js';
import type { RunContext } from './context.js';
import { firstDivergence } from './divergence.js';
import type { LiveWorker } from './live-worker.js';
import { toleranceOf } from './tolerance.js';

/** Iterations that tell how long one takes: enough for a just-in-time compiler, little for a slow cell. */
const probe = { minIterations: 3, minNs: 60e6, maxNs: 400e6 };

const once = { minIterations: 1, minNs: 0, maxNs: 0 };

/** One iteration of a slow cell says enough; on a device the first one has compiled shaders, which is no iteration's time. */
async function laterIterations(
  worker: LiveWorker,
  { device }: PlannedCell,
  first: Results['warm'],
): Promise<Results['warm']> {
  const isSlow = ({ samplesNs }: Results['warm']) => (samplesNs[0] ?? 0) > probe.maxNs;
  if (isSlow(first)) {
    if (device.kind === 'cpu') return first;
    const second = await worker.ask('parity check', { type: 'warm', ...once });
    if (isSlow(second)) return second;
  }
  return worker.ask('parity check', { type: 'warm', ...probe });
}

/**
 * Records the finding as a `parity` event. Rejects with the worker's failure; the caller decides what that makes of the cell.
 *
 * @returns whether it passed: only then is the process as good as before
 */
export async function checkCell(
  context: RunContext,
  worker: LiveWorker,
  cell: PlannedCell,
): Promise<boolean> {
  const folder = context.state.manifest.artefacts[artefactKey(cell)] ?? '';
  const reference = await context.stopwatch.time('comparison', () => context.files.reference(folder));
  const loaded = await worker.ask('parity check', { type: 'load', folder, mode: cell.mode });
  const first = await worker.ask('parity check', { type: 'warm', ...once });
  const later = await laterIterations(worker, cell, first);
  const memory = await worker.ask('parity check', { type: 'memory' });
  const found = await verify(context, worker, cell, reference);
  // What a loop ends with has no node where it begins.
  const checks = reference.generates ? found : await explained(context, worker, cell, folder, found);
  const passed = checks.every((check) => check.passed);
  const verdict = {
    checks,
    configuration: loaded.configuration,
    loadNs: loaded.loadNs,
    firstNs: at(first.samplesNs, 0, 'the samples of a first iteration'),
    iterationNs: smallest([...first.samplesNs, ...later.samplesNs]),
    startMs: worker.spawnMs + worker.importMs,
    peakRssBytes: memory.peakRssBytes,
  };
  context.state.record({ type: 'parity', cell: cell.id, process: worker.process, passed, ...verdict });
  if (!passed) return false;
  await context.verdicts.keep(cell, { passed, ...verdict });
  await worker.ask('parity check', { type: 'unload' });
  return true;
}

/** What a worker computed for the parity check; it stays where that failed. */
export function tensorFile({ folder }: Pick<RunContext, 'folder'>, { id }: PlannedCell): string {
  return join(folder, 'tensors', `${fileNameOf(id)}.safetensors`);
}

async function verify(
  context: RunContext,
  worker: LiveWorker,
  cell: PlannedCell,
  reference: Reference,
): Promise<ParityCheck[]> {
  const file = tensorFile(context, cell);
  await worker.ask('parity check', { type: 'verify', file });
  const { weights: initial, ...expectation } = reference;
  const tolerance = toleranceOf(context, reference, cell);
  return context.stopwatch.time('comparison', async () => {
    const actual = await context.files.read(file);
    const checks = checkParity({ ...expectation, tolerance, initial, actual });
    // Tensors that disagree are kept, for whoever looks into it.
    if (checks.every((check) => check.passed)) await context.files.remove(file);
    return checks;
  });
}

/** Wrong outputs with the node where they begin; looking for it must not change what is known already. */
async function explained(
  context: RunContext,
  worker: LiveWorker,
  cell: PlannedCell,
  folder: string,
  checks: readonly ParityCheck[],
): Promise<ParityCheck[]> {
  const wrong = cell.mode === 'inference' ? checks.find((check) => !check.passed) : undefined;
  const divergence = wrong
    ? await firstDivergence(context, worker, cell, folder, bufferOf(wrong)).catch(() => undefined)
    : undefined;
  return checks.map((check) => (check.passed || !divergence ? check : { ...check, divergence }));
}

/** Of `output/<buffer>/<name>`. */
function bufferOf({ worst }: ParityCheck): number {
  return Number(worst.split('/')[1]);
}
