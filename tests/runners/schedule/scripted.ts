/**
 * Workers that compute nothing, on a clock that only moves when they are asked something: schedules then have exact
 * expected results, and no test needs a framework or a second of real time.
 */

import { type NodeTarget, supported } from '../../../adapters/adapter.js';
import { type Device, firstDevice } from '../../../common/run/device.js';
import type { RunEvent, RunManifest } from '../../../common/run/run-folder.js';
import type { StoppingRule } from '../../../common/run/stopping-rule.js';
import { runVersion } from '../../../common/run/version.js';
import type { Graph, Tensors } from '../../../model/graph.js';
import type { Reference } from '../../../runners/parity/reference.js';
import type { KeptVerdict } from '../../../runners/parity/verdicts.js';
import { protocolVersion, type RequestBody, type Results } from '../../../runners/protocol/messages.js';
import type { Worker } from '../../../runners/protocol/worker.js';
import type { RunContext } from '../../../runners/schedule/context.js';
import { planCells } from '../../../runners/schedule/plan.js';
import type { RunLog } from '../../../runners/schedule/run-log.js';
import { foldRun } from '../../../runners/schedule/run-state.js';
import { startStopwatch } from '../../../runners/schedule/stopwatch.js';
import type { WorkerRequest } from '../../../runners/schedule/worker.js';

export interface ScriptedTarget {
  readonly name: string;
  readonly iterationMs: number;
  readonly startMs: number;
  /** Called before each request; throws to fail it. */
  readonly fail?: (body: RequestBody, process: number) => void;
  /** What `describe` says. */
  readonly versions?: Readonly<Record<string, string>>;
  /** What `describe` says of its settings. */
  readonly configuration?: Readonly<Record<string, string>>;
  /** The same of its versions, of one process, by its number. */
  readonly versionsOf?: (process: number) => Readonly<Record<string, string>>;
  /** What `hello` says; today's where nothing is given. */
  readonly protocol?: number;
  /** What the first iteration of a model takes besides, in milliseconds. */
  readonly compileMs?: number;
  /** Factor on the time of every iteration of one process, by its number. */
  readonly luck?: (process: number) => number;
  /** What `turn` says of its iterations; the truth where nothing is given. */
  readonly claims?: (samplesNs: readonly number[]) => number[];
  /** What `turn` says about its audited output. */
  readonly wrongAudit?: boolean;
  /** Added to every output in the parity check. */
  readonly offset?: number;
  /** What a worker says of its memory; one byte where nothing is given. */
  readonly peakRssBytes?: number;
  /** What `describe` says; the processors where nothing is given. */
  readonly device?: Device;
  /** Share of an iteration's time that it takes where several are handed to its device before a wait; it queues nothing without. */
  readonly queued?: number;
  /** The kind that it is planned for; `cpu` where nothing is given. */
  readonly deviceKind?: string;
}

const processors: Device = { ...firstDevice('cpu'), name: 'scripted', driver: null, software: false };

const output = (value: number) => ({ type: 'float32' as const, shape: [1], data: new Float32Array([value]) });

/** Four buffers; the output for buffer b is b + 1. */
const reference: Reference = {
  mode: 'inference',
  buffers: 4,
  steps: 0,
  generates: false,
  expected: Object.fromEntries([0, 1, 2, 3].map((buffer) => [`output/${buffer}/y`, output(buffer + 1)])),
  weights: {},
  tolerance: { output: 1e-4, loss: 1e-4, gradient: 1e-4, weight: 1e-3 },
};

type WorkerStart = Pick<WorkerRequest, 'target' | 'threads' | 'cpus' | 'device'>;

export interface World {
  readonly context: RunContext;
  readonly events: RunEvent[];
  /** Requests in the order in which they were made: `target request`. */
  readonly asked: string[];
  /** Most workers that were awake while one took a turn. */
  readonly mostAwake: () => number;
  readonly alive: () => number;
  /** Workers in the order in which they were started, with how many were alive then. */
  readonly starts: (WorkerStart & { readonly others: number })[];
  /** Verdicts that are kept, by cell. */
  readonly kept: ReadonlyMap<string, KeptVerdict>;
  /** To which processors workers were moved, in order. */
  readonly moves: readonly { readonly target: string; readonly cpus: readonly number[] }[];
  /** Thread counts for which the coordinator made room. */
  readonly gaveWay: readonly number[];
  readonly manifest: RunManifest;
  readonly nowMs: () => number;
}

export interface WorldOptions {
  readonly targets: readonly ScriptedTarget[];
  readonly workloads?: readonly string[];
  readonly budgetMs?: number;
  readonly rounds?: number;
  readonly seed?: number;
  /** Of the manifest; several are a sweep. */
  readonly threads?: readonly number[];
  readonly earlier?: readonly RunEvent[];
  /** Makes what decides after every round. */
  readonly stoppingRule?: (manifest: RunManifest) => StoppingRule;
  /** Of the manifest. */
  readonly gate?: RunManifest['gate'];
  /** Of the manifest, by workload. */
  readonly costs?: Readonly<
    Record<string, { readonly multiplyAdds: number; readonly bytes: number; readonly recurrent?: boolean }>
  >;
  /** Verdicts that an earlier run kept, by cell. */
  readonly kept?: World['kept'];
  readonly availableBytes?: number;
  /** Aborts the run at this many requests. */
  readonly abortAfter?: number;
}

export function makeWorld(options: WorldOptions): World {
  let clockMs = options.earlier?.at(-1)?.atMs ?? 0;
  const events: RunEvent[] = [...(options.earlier ?? [])];
  const asked: string[] = [];
  const awake = new Set<object>();
  const alive = new Set<object>();
  const abort = new AbortController();
  let most = 0;
  let started = 0;
  const files = new Map<string, Tensors>();
  const starts: World['starts'] = [];
  const kept = new Map(options.kept);
  const gaveWay: number[] = [];
  const moves: World['moves'][number][] = [];

  const startWorker = ({ target, threads, cpus, device }: WorkerRequest): Worker => {
    starts.push({ target, threads, cpus, device, others: alive.size });
    const script = options.targets.find((candidate) => candidate.name === target) ?? {
      name: target,
      iterationMs: 0.001,
      startMs: 1,
    };
    const self = {};
    const number = started++;
    const kept: number[] = [];
    let isCompiled = false;
    alive.add(self);
    awake.add(self);
    return {
      pause: () => void awake.delete(self),
      resume: () => void awake.add(self),
      moveTo: async (cpus) => void moves.push({ target, cpus }),
      async kill() {
        alive.delete(self);
        awake.delete(self);
      },
      async request<Body extends RequestBody>(body: Body): Promise<Results[Body['type']]> {
        if (!alive.has(self)) throw new Error('asked a worker that is gone');
        if (body.type === 'turn') most = Math.max(most, awake.size);
        asked.push(`${target} ${body.type}`);
        if (options.abortAfter === asked.length) abort.abort();
        if (abort.signal.aborted) throw new Error('killed');
        script.fail?.(body, number);
        return answer(body) as Results[Body['type']];
      },
    };

    function answer(body: RequestBody): unknown {
      switch (body.type) {
        case 'hello':
          clockMs += script.startMs / 2;
          return { protocol: script.protocol ?? protocolVersion, pid: 1, runtime: 'scripted', cpus };
        case 'describe':
          clockMs += script.startMs / 2;
          return {
            importNs: (script.startMs / 2) * 1e6,
            versions: script.versionsOf?.(number) ?? script.versions ?? {},
            configuration: { ...script.configuration },
            device: script.device ?? processors,
            cpus,
          };
        case 'load':
          kept.length = 0;
          isCompiled = false;
          return { loadNs: 1e6, configuration: {}, ...(script.queued ? { queues: true } : {}) };
        case 'warm': {
          const samples = iterate(Math.min(body.minNs, body.maxNs), Math.max(1, body.minIterations));
          const compileMs = isCompiled ? 0 : (script.compileMs ?? 0);
          isCompiled = true;
          clockMs += compileMs;
          return { samplesNs: samples.map((ns, place) => (place === 0 ? ns + compileMs * 1e6 : ns)) };
        }
        case 'turn': {
          if (body.submissions !== undefined) return queuedTurn(body, body.submissions);
          const samples = iterate(body.minNs, 1).slice(0, body.maxIterations);
          const buffer = (body.firstBuffer + Math.min(body.auditIteration, samples.length - 1)) % 4;
          kept.push(buffer);
          const samplesNs = script.claims?.(samples) ?? samples;
          return { samplesNs, batch: 1, cpuNs: sum(samples), auditBuffer: buffer, losses: [], finite: true };
        }
        case 'verify':
          files.set(
            body.file,
            Object.fromEntries(
              [0, 1, 2, 3].map((buffer) => [`output/${buffer}/y`, output(buffer + 1 + (script.offset ?? 0))]),
            ),
          );
          return { buffers: 4 };
        case 'audit':
          files.set(
            body.file,
            Object.fromEntries(
              kept.map((buffer, turn) => [`${turn}/y`, output(buffer + 1 + (script.wrongAudit ? 1 : 0))]),
            ),
          );
          return { outputs: kept.length };
        case 'memory':
          return { rssBytes: 1, peakRssBytes: script.peakRssBytes ?? 1, deviceBytes: null };
        default:
          return {};
      }
    }

    function queuedTurn({ minNs, firstBuffer }: { minNs: number; firstBuffer: number }, submissions: number) {
      const ns = script.iterationMs * 1e6 * (script.queued ?? 1);
      const waits = Math.max(1, Math.ceil(minNs / (submissions * ns)));
      clockMs += (waits * submissions * ns) / 1e6;
      const auditBuffer = (firstBuffer + waits * submissions - 1) % 4;
      kept.push(auditBuffer);
      const samplesNs = new Array<number>(waits).fill(ns);
      return { samplesNs, batch: submissions, cpuNs: null, auditBuffer, losses: [], finite: true };
    }

    function iterate(minNs: number, minIterations: number): number[] {
      const ns = script.iterationMs * 1e6 * (script.luck?.(number) ?? 1);
      const needed = Math.max(minIterations, Math.ceil(minNs / ns));
      const samples = new Array<number>(Math.min(needed, 20_000)).fill(ns);
      clockMs += sum(samples) / 1e6;
      return samples;
    }
  };

  const log: RunLog = {
    folder: '/nowhere',
    nowMs: () => clockMs,
    write(event) {
      const dated: RunEvent = { atMs: clockMs, ...event };
      events.push(dated);
      return dated;
    },
    close: () => undefined,
  };
  const manifest = makeManifest(options);
  const context: RunContext = {
    folder: '/nowhere',
    state: foldRun(manifest, log, options.earlier ?? []),
    startWorker,
    nullTargets: new Map([['node', { target: 'null/node', device: firstDevice('cpu') }]]),
    compiles: () => false,
    verdicts: {
      find: async ({ id }) => kept.get(id),
      keep: async ({ id }, verdict) =>
        void kept.set(id, { version: 1, checkedAt: '2026-11-29T12:00:00.000Z', dependsOn: {}, verdict }),
    },
    stopwatch: startStopwatch(() => clockMs),
    observer: { stage: () => undefined, step: () => undefined, note: () => undefined },
    signal: abort.signal,
    allowanceMs: manifest.options.budgetMs,
    isExtended: false,
    ...(options.stoppingRule ? { stoppingRule: options.stoppingRule(manifest) } : {}),
    readProcessors: () => ({ stolenTicks: 0, pressureNs: 0, mhz: null }),
    nowMs: () => clockMs,
    cpus: {
      worker: (threads) => Array.from({ length: threads }, (_, index) => index + 1),
      // One lane in the parity check, where a sweep does not need another.
      all: options.threads ? [1, 2] : [1],
      giveWay: (threads) => void gaveWay.push(threads),
    },
    deadlineMs: 1000,
    availableBytes: () => options.availableBytes ?? 2 ** 40,
    files: {
      read: async (path) => files.get(path) ?? {},
      remove: async (path) => void files.delete(path),
      reference: async () => reference,
      intermediates: async () => undefined,
    },
  };
  return {
    context,
    events,
    asked,
    starts,
    gaveWay,
    moves,
    kept,
    mostAwake: () => most,
    alive: () => alive.size,
    manifest,
    nowMs: () => clockMs,
  };
}

function makeManifest(options: WorldOptions): RunManifest {
  const targets = options.targets.map(describeTarget);
  const workloads = options.workloads ?? ['w'];
  const items = workloads.map((workload) => ({
    workload,
    mode: 'inference' as const,
    batch: 1,
    precision: 'float32' as const,
    graph: {} as Graph,
  }));
  return {
    version: runVersion,
    id: 'scripted',
    touchstone: { version: '0', commit: null },
    startedAt: '2026-01-01T00:00:00.000Z',
    command: 'npm run bench',
    options: {
      suite: null,
      seed: options.seed ?? 1,
      threads:
        options.threads && options.threads.length > 1 ? [...options.threads] : (options.threads?.[0] ?? 1),
      rounds: options.rounds ?? null,
      budgetMs: options.budgetMs ?? 60_000,
      deadlineMs: 1000,
    },
    machine: { platform: '', cpu: '', cores: 2, memoryBytes: 1, kernel: '', node: '', instructionSets: [] },
    workloads: workloads.map((name) => ({ name, title: name, source: '' })),
    targets: targets.map((target) => ({
      target: target.name,
      framework: '',
      host: 'node',
      device: firstDevice('cpu'),
      summary: '',
    })),
    cells: planCells(items, targets, () => ({ available: true }), options.threads),
    ...(options.gate ? { gate: options.gate } : {}),
    artefacts: {
      'probe convolution': '/artefacts/probe',
      'probe recurrence': '/artefacts/probe',
      ...Object.fromEntries(workloads.map((name) => [`${name}:inference:b1`, `/artefacts/${name}`])),
    },
    costs: Object.fromEntries(
      Object.entries(options.costs ?? {}).map(([name, cost]) => [`${name}:inference:b1`, cost]),
    ),
  };
}

function describeTarget({ name, deviceKind = 'cpu' }: ScriptedTarget): NodeTarget {
  return {
    name,
    host: 'node',
    device: deviceKind,
    summary: '',
    packages: [],
    precisions: ['float32'],
    modes: { inference: supported, training: supported },
    lower: () => ({ plan: { form: 'nothing' } }),
    environment: () => ({}),
    open: () => Promise.reject(new Error('scripted')),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
