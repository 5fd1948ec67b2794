/** The results of a made-up run with as many cells as are wanted: fifteen targets, each workload in both modes at four batch sizes. */
import { cellId } from '../../common/run/cell.js';
import { firstDevice } from '../../common/run/device.js';
import type { NewRunEvent, PlannedCell, RunEvent, RunManifest } from '../../common/run/run-folder.js';
import { runVersion } from '../../common/run/version.js';
import { type Random, seededRandom } from '../../runners/schedule/random.js';

const targetsOfGroup = 15;
const modes = ['inference', 'training'] as const;
const batches = [1, 8, 32, 64];
const rounds = 5;
const blocks = 2;
const samplesOfTurn = 6;

export function manyCells(count: number): { manifest: RunManifest; events: RunEvent[] } {
  const cells = planned(count);
  const targets = [...new Set(cells.map(({ target }) => target))];
  return {
    manifest: {
      version: runVersion,
      id: `many-${count}`,
      touchstone: { version: '0.1.0', commit: null },
      startedAt: '2026-11-23T14:25:01.000Z',
      command: 'npm run bench -- --seed 1 --time 60s',
      options: { suite: null, seed: 1, threads: 1, rounds: null, budgetMs: 60_000, deadlineMs: 120_000 },
      machine: {
        ...{ platform: 'linux x64', cpu: 'Example CPU @ 2.60GHz', cores: 2, memoryBytes: 8e9 },
        ...{ kernel: '6.1.0', node: 'v20.20.2', instructionSets: ['avx2'] },
      },
      workloads: [],
      targets: targets.map((target, index) => ({
        target,
        framework: target.split('/')[0] ?? target,
        host: index % 2 === 0 ? 'node' : 'python',
        device: firstDevice('cpu'),
        summary: 'made up',
      })),
      cells,
      artefacts: {},
    },
    events: [...eventsOf(cells, targets)].map((event, index) => ({ atMs: index, ...event }) as RunEvent),
  };
}

function planned(count: number): PlannedCell[] {
  const device = firstDevice('cpu');
  return Array.from({ length: count }, (_, index) => {
    const comparison = Math.floor(index / targetsOfGroup);
    const variant = comparison % (modes.length * batches.length);
    const target = `fake-${index % targetsOfGroup}/cpu`;
    const name = {
      workload: `network-${Math.floor(comparison / (modes.length * batches.length))}`,
      mode: modes[Math.floor(variant / batches.length)] ?? 'inference',
      batch: batches[variant % batches.length] ?? 1,
      precision: 'float32' as const,
      device,
      target,
    };
    const decided =
      index % 41 === 40 ? { state: 'unsupported' as const, reason: 'it has no layer of this kind' } : null;
    return { id: cellId(name), ...name, decided };
  });
}

function* eventsOf(cells: readonly PlannedCell[], targets: readonly string[]): Iterable<NewRunEvent> {
  const random = seededRandom(7);
  const running = cells.filter(({ decided }) => decided === null);
  yield { type: 'began', conditions: conditions() };
  for (const [process, target] of targets.entries()) yield started(target, process, null);
  for (const { id } of running) {
    const check = { what: 'output' as const, worst: 'out', error: 2e-7, tolerance: 1e-4, passed: true };
    const figures = { loadNs: 5e6, firstNs: 9e6, peakRssBytes: 1e8 + 4096 * Math.floor(9999 * random()) };
    yield {
      type: 'parity',
      ...{ cell: id, checks: [check], passed: true, configuration: {}, iterationNs: 1e6, ...figures },
    };
    yield { type: 'fresh', cell: id, round: 0, ...figures, deviceBytes: null };
  }
  const shares = Object.fromEntries(
    running.map(({ id }) => [id, { turns: blocks, turnNs: 25e6, warmNs: 25e6, note: null }]),
  );
  yield { type: 'schedule', rounds, shares };
  for (let round = 0; round < rounds; round++) {
    for (const [process, target] of targets.entries()) yield started(target, process, round);
    for (const [index, { id, target }] of running.entries()) {
      const ownNs = 1e5 * (1 + targets.indexOf(target)) * (1 + (index % 7)) * Math.exp(0.02 * normal(random));
      for (let block = 0; block < blocks; block++) {
        const samplesNs = Array.from({ length: samplesOfTurn }, () =>
          Math.round(ownNs * Math.exp(0.03 * normal(random))),
        );
        const process = targets.indexOf(target);
        const place = { round, block, process, startMs: 1e4 * round + index };
        yield { type: 'turn', cell: id, ...place, samplesNs, batch: 1, cpuNs: 6 * ownNs };
      }
    }
    yield { type: 'round', round };
  }
  yield { type: 'wall', spentMs: { measuring: 60_000 } };
  yield { type: 'ended', ending: 'finished', stealShare: 0 };
}

function started(target: string, process: number, round: number | null): NewRunEvent {
  return {
    type: 'process',
    ...{ process, target, round, runtime: 'made up 1.0', versions: { fake: '1.2.3' } },
    configuration: { threads: 1 },
    device: { ...firstDevice('cpu'), name: 'Example CPU @ 2.60GHz', driver: null, software: false },
    spawnMs: 40,
    importMs: 300,
  };
}

function conditions() {
  return {
    ...{ loadAverage: 0.4, stealShare: null, workerCpus: [1], coordinatorCpus: [0] },
    ...{ bound: true, paused: true },
  };
}

/** Box and Muller's. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
