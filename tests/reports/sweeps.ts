/** The made-up run as if its batches had been thread counts: what took longer at batch 64 takes longer with two threads. */
import type { RunEvent, RunManifest } from '../../common/run/run-folder.js';
import { fixtureRun } from './fixtures.js';

const renamed = (id: string) =>
  id.replace(/^(lenet5:inference):b(1|64):/, (_, name, batch) => `${name}:b1:t${batch === '1' ? 1 : 2}:`);

/** LeNet-5 in inference with one thread and with two; the others are not planned. */
export function threadSweep(): { manifest: RunManifest; events: RunEvent[] } {
  const { manifest, events } = fixtureRun();
  const cells = manifest.cells
    .filter(({ workload, mode }) => workload === 'lenet5' && mode === 'inference')
    .map((cell) => ({ ...cell, id: renamed(cell.id), batch: 1, threads: cell.batch === 1 ? 1 : 2 }));
  const kept = new Set(cells.map(({ id }) => id));
  return {
    manifest: { ...manifest, cells, options: { ...manifest.options, threads: [1, 2] } },
    events: events.flatMap((event): RunEvent[] => {
      if (event.type === 'process') return [1, 2].map((threads) => withThreads(event, threads));
      if (!('cell' in event)) return [event];
      const cell = renamed(event.cell);
      return kept.has(cell) ? [{ ...event, cell }] : [];
    }),
  };
}

type ProcessEvent = Extract<RunEvent, { type: 'process' }>;

/** PyTorch and ONNX Runtime compute with what they are given, the others with one. */
function withThreads(event: ProcessEvent, threads: number): ProcessEvent {
  const parallel = /^(pytorch|onnxruntime)/.test(event.target);
  return {
    ...event,
    threads,
    spawnMs: event.spawnMs * threads,
    configuration: { ...event.configuration, ...(parallel ? { threads } : {}) },
  };
}
