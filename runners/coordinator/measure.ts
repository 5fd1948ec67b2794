/** Measures into a run folder, new or resumed: binds processors, waits its turn, runs, and always writes how it ended. */
import { setMaxListeners } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TouchstoneError } from '../../common/errors.js';
import { availableMemory } from '../../common/memory.js';
import { verdictsFolder } from '../../common/paths.js';
import { targetOf } from '../../common/run/cell.js';
import { firstDevice } from '../../common/run/device.js';
import type { Observer } from '../../common/run/observer.js';
import { threadCounts } from '../../common/run/results.js';
import {
  type PlannedCell,
  type RunEvent,
  type RunManifest,
  runManifest,
} from '../../common/run/run-folder.js';
import type { StoppingRule } from '../../common/run/stopping-rule.js';
import { referencedArtefact } from '../../model/artefact/artefact.js';
import { intermediatesOf } from '../../model/reference/intermediates.js';
import type { FindPython } from '../../model/reference/reference.js';
import { closeHosts } from '../hosts/discover.js';
import { launch } from '../hosts/launch.js';
import { readConditions, readSteal, stealShareSince } from '../machine/conditions.js';
import { readProcessors } from '../machine/processors.js';
import { loadReference } from '../parity/reference.js';
import { passedVerdict, verdictsIn } from '../parity/verdicts.js';
import { readWorkerTensors } from '../parity/worker-tensors.js';
import { capabilities } from '../process/capabilities.js';
import type { CpuLimit } from '../process/cpu-limit.js';
import { allowedCpus, bindSelf, cpuLimit, splitCpus } from '../process/cpus.js';
import type { RunContext, TensorFiles } from '../schedule/context.js';
import { executeRun } from '../schedule/run.js';
import { openRunLog } from '../schedule/run-log.js';
import { foldRun } from '../schedule/run-state.js';
import { startStopwatch } from '../schedule/stopwatch.js';
import type { StartWorker } from '../schedule/worker.js';
import { measuredMs } from './measured-time.js';
import type { Prepared, PreparedTarget } from './prepare.js';
import { enterTurnstile } from './run-lock.js';
import { verdictDependencies } from './verdict-dependencies.js';

export type MeasureTargets = Pick<Prepared, 'targets' | 'nulls' | 'referencePython'>;

/** A run folder with its manifest, and where its targets are installed. */
export interface MeasurableRun {
  readonly folder: string;
  readonly targets: MeasureTargets;
  /** Measuring time for a run that goes on; what is left of its own budget by default. */
  readonly allowanceMs?: number;
}

export interface MeasureMeans {
  /** Aborted when the user asks to stop. */
  readonly signal: AbortSignal;
  readonly observer: Observer;
  /** Makes the rule that decides, round by round, whether enough is known; the plan alone decides by default. */
  readonly ruleFor?: (manifest: RunManifest) => StoppingRule | undefined;
}

export async function measure(
  { folder, targets, allowanceMs }: MeasurableRun,
  { signal: asked, observer, ruleFor }: MeasureMeans,
): Promise<void> {
  const manifest = runManifest.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')));
  const overruled = new AbortController();
  const signal = AbortSignal.any([asked, overruled.signal]);
  const leave = await enterTurnstile(folder, observer.note, asked, () => overruled.abort());
  const { log, earlier } = openRunLog(folder);
  // Every worker that is alive listens; their number says nothing of a leak.
  setMaxListeners(0, signal);
  const stopwatch = startStopwatch();
  const steal = readSteal();
  const state = foldRun(manifest, log, earlier);
  let ending: Extract<RunEvent, { type: 'ended' }>['ending'] = 'error';
  try {
    const entryOf = entriesOf(targets);
    const counts = threadCounts(manifest.options);
    const cpus = splitCpus(Math.max(...counts));
    bindSelf(cpus.coordinator);
    state.record({ type: 'began', conditions: { ...readConditions(), ...conditionsOf(cpus, targets) } });
    const context: RunContext = {
      folder,
      state,
      stopwatch,
      signal,
      observer,
      startWorker: startWorkers(manifest, entryOf),
      verdicts: verdictsOf(manifest, entryOf),
      nullTargets: nullTargetsOf(targets),
      isExtended: allowanceMs !== undefined,
      ...stoppingRuleOf(manifest, ruleFor),
      allowanceMs: allowanceMs ?? manifest.options.budgetMs - measuredMs(earlier),
      nowMs: () => log.nowMs(),
      readProcessors: (threads) => readProcessors(splitCpus(threads).workers),
      cpus: cpusFor(counts),
      deadlineMs: manifest.options.deadlineMs,
      compiles: (name) => entryOf(name)?.target.compiles === true,
      availableBytes: availableMemory,
      files: tensorFiles(targets.referencePython, signal, observer.note),
    };
    ending = await executeRun(context);
    if (overruled.signal.aborted) {
      throw new TouchstoneError(
        'worker',
        'this process slept, and another run has begun to measure meanwhile: it is stopped, since two at once would measure each other',
        { hint: 'what was measured is kept; `--resume` continues it' },
      );
    }
  } catch (error) {
    const isStorage = error instanceof TouchstoneError && error.code === 'storage';
    ending = isStorage ? 'storage' : overruled.signal.aborted ? 'interrupted' : 'error';
    throw error;
  } finally {
    // On a full disk these two lines cannot be written either; the error that is on its way says so already.
    if (ending !== 'storage') {
      state.record({ type: 'wall', spentMs: stopwatch.spentMs(), wallMs: stopwatch.wallMs() });
      state.record({ type: 'ended', ending, stealShare: stealShareSince(steal) });
    }
    log.close();
    await closeHosts();
    await leave();
  }
}

function nullTargetsOf({ nulls }: MeasureTargets): RunContext['nullTargets'] {
  return new Map(
    nulls.map(({ target: { host, name, device } }) => [host, { target: name, device: firstDevice(device) }]),
  );
}

function stoppingRuleOf(
  manifest: RunManifest,
  ruleFor: ((manifest: RunManifest) => StoppingRule | undefined) | undefined,
) {
  const stoppingRule = ruleFor?.(manifest);
  return stoppingRule ? { stoppingRule } : {};
}

function cpusFor(counts: readonly number[]): RunContext['cpus'] {
  return {
    worker: (threads) => splitCpus(threads).workers,
    all: allowedCpus(),
    giveWay(threads) {
      // With one count it stays where it was put.
      if (counts.length > 1) bindSelf(splitCpus(threads).coordinator);
    },
  };
}

function conditionsOf(cpus: ReturnType<typeof splitCpus>, { targets }: MeasureTargets) {
  return {
    workerCpus: [...cpus.workers],
    coordinatorCpus: [...cpus.coordinator],
    bound: capabilities().canBind,
    ...limitOf(cpuLimit()),
    paused: targets.every(({ host, target }) => host.canPause(target.device)),
  };
}

function limitOf(limit: CpuLimit) {
  return limit === null ? {} : { cpuLimit: limit };
}

function startWorkers(manifest: RunManifest, entryOf: EntryOf): StartWorker {
  return ({ target: name, threads, cpus, device, logFile }) => {
    const entry = entryOf(name);
    if (!entry) throw new TouchstoneError('worker', `${name} is not installed any more`);
    const { target, host, executable, checkout } = entry;
    const { deadlineMs } = manifest.options;
    const budget = { threads, cpus: [...cpus], device };
    return launch(host, {
      target,
      budget,
      logFile,
      deadlineMs,
      ...(executable === undefined ? {} : { executable }),
      ...(checkout === undefined ? {} : { checkout }),
    });
  };
}

/** With `--verify` none is used again; what is found is kept all the same. */
function verdictsOf(manifest: RunManifest, entryOf: EntryOf): RunContext['verdicts'] {
  const kept = verdictsIn(verdictsFolder, passedVerdict);
  const dependenciesOf = (cell: PlannedCell) => {
    const entry = entryOf(cell.target);
    return entry && verdictDependencies(manifest, cell, entry);
  };
  return {
    async find(cell) {
      const dependsOn = manifest.options.verify ? undefined : dependenciesOf(cell);
      return dependsOn && kept.find(dependsOn);
    },
    async keep(cell, verdict, checkedAt) {
      const dependsOn = dependenciesOf(cell);
      if (dependsOn) await kept.keep(dependsOn, verdict, checkedAt);
    },
  };
}

type EntryOf = (name: string) => PreparedTarget | undefined;

/** The target behind a name that may be an alias. */
function entriesOf(targets: MeasureTargets): EntryOf {
  const all = [...targets.targets, ...targets.nulls];
  const byName = new Map(all.map((entry) => [entry.alias ?? entry.target.name, entry]));
  return (name) => byName.get(name) ?? byName.get(targetOf(name));
}

/** References are computed and read once a run, where it comes to comparing: they are the same for all and in every round. */
function tensorFiles(python: FindPython, signal: AbortSignal, note: Observer['note']): TensorFiles {
  const references = new Map<string, ReturnType<typeof loadReference>>();
  const means = () => ({ python, signal, note, availableBytes: availableMemory() });
  return {
    read: readWorkerTensors,
    remove: (path) => rm(path, { force: true }),
    intermediates: intermediatesOf,
    reference(folder) {
      const known = references.get(folder) ?? referencedArtefact(folder, means()).then(loadReference);
      references.set(folder, known);
      return known;
    },
  };
}
