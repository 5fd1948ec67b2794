/** Loads a cell for its turns, and tells what only a fresh process can. */
import { artefactKey } from '../../common/run/cell.js';
import { type PlannedCell, parityVerdict } from '../../common/run/run-folder.js';
import type { Share } from './budget.js';
import type { RunContext } from './context.js';
import type { Group, LoadedCell } from './group.js';
import type { Lane } from './lanes.js';
import type { LiveWorker } from './live-worker.js';

/** Loads and warms up on the lane, where nothing else runs. */
export async function loadCell(
  group: Group,
  cell: PlannedCell,
  worker: LiveWorker,
  share: Share,
  lane: Lane,
): Promise<LoadedCell> {
  const isFresh = worker.loads() === 0;
  const folder = group.context.state.manifest.artefacts[artefactKey(cell)] ?? '';
  await worker.moveTo(lane);
  const { loadNs, queues } = await worker.ask('load', { type: 'load', folder, mode: cell.mode });
  await rememberLoad(group.context, cell, loadNs);
  if (isFresh) await warmFresh(group, cell, worker, share, loadNs);
  else await warm(worker, share.warmNs);
  return { cell, worker, share, kept: [], queues: queues === true };
}

/** A compiler's cache was empty when the cell was checked: later runs plan with what a load takes since. */
async function rememberLoad(
  { state, verdicts }: RunContext,
  cell: PlannedCell,
  loadNs: number,
): Promise<void> {
  const found = state.parityOf(cell.id);
  if (!found || loadNs > found.loadNs / 2) return;
  await verdicts.keep(cell, { ...parityVerdict.parse(found), passed: true, loadNs }, found.checkedAt);
}

/** The first iteration is one of those that warm up. */
async function warmFresh(
  { context, round }: Group,
  cell: PlannedCell,
  worker: LiveWorker,
  share: Share,
  loadNs: number,
): Promise<void> {
  const {
    samplesNs: [firstNs],
  } = await worker.ask('warm-up', { type: 'warm', minIterations: 1, minNs: 0, maxNs: 0 });
  // A worker that took no sample has said so by failing; none of them answers with an empty list.
  if (firstNs === undefined) throw new Error('the worker was asked for one iteration and gave none');
  await warm(worker, share.warmNs - firstNs);
  const { peakRssBytes, deviceBytes } = await worker.ask('warm-up', { type: 'memory' });
  context.state.record({ type: 'fresh', cell: cell.id, round, loadNs, firstNs, peakRssBytes, deviceBytes });
}

/** For so long; at least one iteration. Nothing where no time is left. */
async function warm(worker: LiveWorker, ns: number): Promise<void> {
  if (ns > 0) await worker.ask('warm-up', { type: 'warm', minIterations: 1, minNs: ns, maxNs: ns });
}
