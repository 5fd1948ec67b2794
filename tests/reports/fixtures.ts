/**
 * A made-up run with a known truth: what each cell really takes, which targets are equal, and one cell in every state.
 * Written as the runners write it, so that everything from the event log to the report can be checked against it.
 */
import { cellId } from '../../common/run/cell.js';
import { type Device, firstDevice } from '../../common/run/device.js';
import type { ParityCheck } from '../../common/run/results.js';
import type { NewRunEvent, PlannedCell, RunEvent, RunManifest } from '../../common/run/run-folder.js';
import { runVersion } from '../../common/run/version.js';
import { type Random, seededRandom } from './random.js';

/** Name of a target that tries to leave the text it is printed in. */
export const hostileTarget = '</script><img src=x onerror="globalThis.hacked=1">{{x}}/cpu';

export interface FixtureOptions {
  readonly seed?: number;
  readonly rounds?: number;
  readonly plannedRounds?: number;
  readonly hostile?: boolean;
  readonly ending?: 'finished' | 'interrupted' | null;
  readonly blocks?: number;
  /** Effective devices of some targets; the processors of all others. */
  readonly devices?: Readonly<Record<string, Device>>;
  /** Targets whose device is given several iterations before a wait, and the share of an iteration's time that each then takes. */
  readonly queued?: Readonly<Record<string, number>>;
}

const processors: Device = {
  ...firstDevice('cpu'),
  name: 'Example CPU @ 2.60GHz',
  driver: null,
  software: false,
};
export const swiftShader: Device = {
  ...firstDevice('webgpu'),
  name: 'SwiftShader',
  driver: 'Dawn 1.2',
  software: true,
};

const groups = [
  { workload: 'lenet5', mode: 'inference', batch: 1 },
  { workload: 'lenet5', mode: 'inference', batch: 64 },
  { workload: 'lenet5', mode: 'training', batch: 64 },
  { workload: 'lstm-rows', mode: 'inference', batch: 1 },
  { workload: 'lstm-rows', mode: 'training', batch: 1 },
] as const;

/** True median time of an iteration in microseconds, per group in the order above; a word is the state instead. */
export const truthUs: Readonly<Record<string, readonly (number | string)[]>> = {
  'onnxruntime/cpu': [62, 1450, 'unsupported', 480, 'unsupported'],
  'pytorch/cpu': [190, 1900, 6200, 950, 2400],
  'tfjs/wasm': [410, 4100, 'failed', 2900, 'wrong'],
  // Equal to convnetjs/js at batch 1: no report may rank one before the other.
  'tfjs/js': [1900, 98_000, 310_000, 9800, 31_000],
  'convnetjs/js': [1900, 122_000, 240_000, 'unsupported', 'unsupported'],
  'jax/cpu': ['unavailable', 'unavailable', 'unavailable', 'unavailable', 'unavailable'],
  'slowpoke/js': ['audit', 'gate', 900_000, 'lost', 'unreached'],
};

const python = new Set(['pytorch/cpu', 'jax/cpu', hostileTarget]);

export function fixtureRun(options: FixtureOptions = {}): { manifest: RunManifest; events: RunEvent[] } {
  const { seed = 1, rounds = 10, plannedRounds = rounds, ending = 'finished', blocks = 3 } = options;
  const random = seededRandom(seed);
  const truth: Record<string, readonly (number | string)[]> = { ...truthUs };
  if (options.hostile) truth[hostileTarget] = [300, 3000, 9000, 3000, 9000];
  const targets = Object.keys(truth);
  const cells = groups.flatMap((group, index) =>
    targets.map((target) =>
      planned(group, target, truth[target]?.[index] ?? 'failed', options.devices?.[target] ?? processors),
    ),
  );
  const log = new Log(options.devices ?? {});
  log.write({ type: 'began', conditions: conditions() });
  const timed = gate(log, cells, truth, random);
  for (const host of ['node', 'python'] as const) {
    log.write({ type: 'overhead', host, samplesNs: samples(random, host === 'node' ? 350 : 900, 50) });
  }
  const shares = Object.fromEntries(
    timed.map(({ cell, us }) => [
      cell.id,
      { turns: blocks, turnNs: 30e6, warmNs: 50e6, note: us > 800_000 ? slowNote : null },
    ]),
  );
  log.write({ type: 'schedule', rounds: plannedRounds, shares });
  for (let round = 0; round < rounds; round++) {
    measure(log, timed, round, blocks, random);
    for (const [target, share] of Object.entries(options.queued ?? {})) {
      for (const { cell, us } of timed.filter((one) => one.cell.target === target))
        queue(log, cell.id, us * share, round, random);
    }
  }
  if (ending) {
    log.write({
      type: 'wall',
      spentMs: { starting: 31_000, measuring: 92_000, verifying: 6000, other: 2500 },
    });
    log.write({ type: 'ended', ending, stealShare: 0.004 });
  }
  return { manifest: manifestOf(targets, cells), events: log.events };
}

const slowNote =
  'one iteration takes 0.90 s, more than its share of 0.40 s: one iteration a round, after one to warm up';

class Log {
  readonly events: RunEvent[] = [];
  readonly devices: Readonly<Record<string, Device>>;
  atMs = 0;

  constructor(devices: Readonly<Record<string, Device>>) {
    this.devices = devices;
  }

  write(event: NewRunEvent): void {
    this.events.push({ atMs: this.atMs, ...event } as RunEvent);
  }
}

function planned(
  group: (typeof groups)[number],
  target: string,
  truth: number | string,
  { kind, index }: Device,
): PlannedCell {
  const decided = {
    unsupported: {
      state: 'unsupported' as const,
      reason: group.mode === 'training' ? 'it has no training, by design' : 'it has no LSTM layer',
    },
    unavailable: {
      state: 'unavailable' as const,
      reason: 'its Python environment is not installed; `npm run setup jax/cpu` installs it (2.1 GB)',
    },
  };
  return {
    id: cellId({ ...group, precision: 'float32', device: { kind, index }, target }),
    ...group,
    precision: 'float32',
    device: { kind, index },
    target,
    decided: decided[truth as keyof typeof decided] ?? null,
  };
}

interface Timed {
  readonly cell: PlannedCell;
  readonly us: number;
  readonly truth: number | string;
}

function gate(
  log: Log,
  cells: readonly PlannedCell[],
  truth: Readonly<Record<string, readonly (number | string)[]>>,
  random: Random,
): Timed[] {
  let process = 1000;
  return cells.flatMap((cell) => {
    const index = groups.findIndex((g) => cell.id.startsWith(`${g.workload}:${g.mode}:b${g.batch}:`));
    const real = truth[cell.target]?.[index] ?? 'failed';
    if (cell.decided || real === 'unreached') return [];
    log.atMs += 900;
    startProcess(log, cell.target, process++, null, random);
    if (real === 'failed') {
      const reason = 'it has no kernel for the gradient Conv2DBackpropFilter';
      log.write({ type: 'failed', cell: cell.id, state: 'failed', reason });
      return [];
    }
    const us = typeof real === 'number' ? real : 5000;
    const bad = real === 'wrong' || real === 'gate';
    const figures = {
      loadNs: 4e6 + us * 3000,
      firstNs: us * 1000 * 8 + 2e6,
      peakRssBytes: Math.round(python.has(cell.target) ? 310e6 + us * 10 : 95e6 + us * 40),
    };
    log.write({
      type: 'parity',
      cell: cell.id,
      checks: checksOf(cell, bad, random),
      passed: !bad,
      configuration: cell.workload === 'lstm-rows' ? { lstmKernel: 'fused' } : {},
      ...figures,
      iterationNs: us * 990,
    });
    if (!bad) log.write({ type: 'fresh', cell: cell.id, round: 0, ...figures, deviceBytes: null });
    return bad ? [] : [{ cell, us, truth: real }];
  });
}

function checksOf(cell: PlannedCell, bad: boolean, random: Random): ParityCheck[] {
  const whats =
    cell.mode === 'training' ? (['output', 'loss', 'gradient', 'weight'] as const) : (['output'] as const);
  return whats.map((what) => {
    const error =
      bad && what !== 'loss' ? 0.031 * (what === 'gradient' ? 2 : 1) : 2e-7 * (1 + random.uniform());
    return {
      what,
      worst: what === 'loss' ? 'step 2' : `conv1.${what}`,
      error,
      tolerance: 1e-4,
      passed: error <= 1e-4,
    };
  });
}

function measure(log: Log, timed: readonly Timed[], round: number, blocks: number, random: Random): void {
  // What a round's processes share, and what each has of its own.
  const common = Math.exp(0.06 * random.normal());
  const present = timed.filter(({ truth }) => truth !== 'lost' || round < 2);
  const targets = [...new Set(present.map(({ cell }) => cell.target))];
  const processOf = (target: string) => round * targets.length + targets.indexOf(target);
  const own = new Map(present.map(({ cell }) => [cell.id, Math.exp(0.015 * random.normal())]));
  for (const target of targets) startProcess(log, target, processOf(target), round, random);
  for (let block = 0; block < blocks; block++) {
    for (const { cell, us } of present) {
      const centreNs = us * 1000 * common * (own.get(cell.id) ?? 1);
      const count = Math.max(1, Math.min(12, Math.floor(30_000 / us)));
      const samplesNs = samples(random, centreNs, count);
      const ns = samplesNs.reduce((a, b) => a + b, 0);
      const startMs = log.atMs;
      log.atMs += ns / 1e6 + 3;
      const process = processOf(cell.target);
      const place = { cell: cell.id, round, block, process, startMs };
      log.write({ type: 'turn', ...place, samplesNs, batch: 1, cpuNs: ns * 1.02 });
    }
  }
  for (const { cell, truth } of present) audit(log, cell, truth, round);
  log.write({ type: 'round', round });
}

function queue(log: Log, cell: string, us: number, round: number, random: Random): void {
  const samplesNs = samples(random, us * 1000, 4);
  log.write({ type: 'throughput', cell, round, process: round, submissions: 8, samplesNs, batch: 8 });
}

function audit(log: Log, cell: PlannedCell, truth: number | string, round: number): void {
  const passed = truth !== 'audit' || round < 3;
  const check: ParityCheck = {
    what: 'audit',
    worst: 'probabilities of turn 1',
    error: passed ? 3e-7 : 0.4,
    tolerance: 1e-4,
    passed,
  };
  log.write({ type: 'audit', cell: cell.id, round, check });
  if (truth === 'lost' && round === 1) {
    const reason =
      'the worker was killed by SIGKILL while measuring (out of memory?); its log is logs/slowpoke.log';
    log.write({ type: 'failed', cell: cell.id, state: 'failed', reason });
  }
}

function startProcess(log: Log, target: string, process: number, round: number | null, random: Random): void {
  const js = !python.has(target);
  log.write({
    type: 'process',
    process,
    target,
    round,
    runtime: js ? 'node 20.20.2' : 'python 3.11.7',
    versions: { [target.split('/')[0] ?? target]: '1.2.3' },
    configuration: configurations[target] ?? plainJavaScript,
    device: log.devices[target] ?? processors,
    spawnMs: 45 * Math.exp(0.1 * random.normal()),
    importMs: (js ? 220 : 1900) * Math.exp(0.08 * random.normal()),
  });
}

const plainJavaScript = {
  threads: 1,
  interOpThreads: null,
  instructionSet: 'scalar',
  kernelLibrary: 'plain JavaScript',
  execution: 'eager',
  layout: 'NHWC',
  arithmetic: 'float32',
  flushToZero: null,
};
const native = { ...plainJavaScript, instructionSet: 'avx2', execution: 'graph', layout: 'NCHW' };
const configurations: Readonly<Record<string, Record<string, string | number | boolean | null>>> = {
  'onnxruntime/cpu': { ...native, interOpThreads: 1, kernelLibrary: 'MLAS', execution: 'graph, optimised' },
  'pytorch/cpu': { ...native, kernelLibrary: 'oneDNN' },
  'tfjs/wasm': { ...plainJavaScript, instructionSet: 'wasm simd128', kernelLibrary: 'XNNPACK' },
  'convnetjs/js': { ...plainJavaScript, arithmetic: 'float64', batching: 'one example at a time' },
};

/** Log-normal with a rare long pause. The median stays at the centre. */
function samples(random: Random, centreNs: number, count: number): number[] {
  return Array.from({ length: count }, () => {
    const pause = random.uniform() < 0.02 ? 1.6 : 1;
    return Math.round(centreNs * pause * Math.exp(0.03 * random.normal()));
  });
}

function conditions() {
  return {
    loadAverage: 0.42,
    stealShare: null,
    workerCpus: [1],
    coordinatorCpus: [0],
    bound: true,
    paused: true,
  };
}

function manifestOf(targets: readonly string[], cells: PlannedCell[]): RunManifest {
  return {
    version: runVersion,
    id: '20261123-142501-3fa9',
    touchstone: { version: '0.1.0', commit: '0123abc' },
    startedAt: '2026-11-23T14:25:01.000Z',
    command: 'npm run bench -- --seed 1 --time 140s',
    options: { suite: 'smoke', seed: 1, threads: 1, rounds: null, budgetMs: 140_000, deadlineMs: 120_000 },
    machine: {
      platform: 'linux x64',
      cpu: 'Example CPU @ 2.60GHz',
      cores: 2,
      memoryBytes: 8_000_000_000,
      kernel: '6.1.0',
      node: 'v20.20.2',
      instructionSets: ['avx2', 'fma'],
    },
    workloads: [
      { name: 'lenet5', title: 'LeNet-5 on MNIST', source: 'LeCun et al., 1998' },
      { name: 'lstm-rows', title: 'LSTM that reads MNIST row by row', source: 'Le, Jaitly and Hinton, 2015' },
    ],
    targets: targets.map((target) => ({
      target,
      framework: target.split('/')[0] ?? target,
      host: python.has(target) ? 'python' : 'node',
      device: firstDevice('cpu'),
      summary: 'made up',
      ...(target.startsWith('convnetjs') ? { isDiscontinued: true as const } : {}),
    })),
    cells,
    artefacts: {},
  };
}
