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
import { carrierOf } from '../hosts/carrier.js';
import { closeHosts } from '../hosts/discover.js';
import { launch } from '../hosts/launch.js';
import { loadReference } from '../parity/reference.js';
import { passedVerdict, verdictsIn } from '../parity/verdicts.js';
import { readWorkerTensors } from '../parity/worker-tensors.js';
import type { RunContext, TensorFiles } from '../schedule/context.js';
import { executeRun } from '../schedule/run.js';
import { openRunLog } from '../schedule/run-log.js';
import { foldRun } from '../schedule/run-state.js';
import { startStopwatch } from '../schedule/stopwatch.js';
import type { StartWorker } from '../schedule/worker.js';
import type { PreparedTarget } from './locate.js';
import { measuredMs } from './measured-time.js';
import { type Place, thisMachine } from './place.js';
import type { Prepared } from './prepare.js';
import { enterTurnstile } from './run-lock.js';
import { verdictDependencies } from './verdict-dependencies.js';

export type MeasureTargets = Pick<Prepared, 'targets' | 'nulls' | 'referencePython'>;

/** A run folder with its manifest, and where its targets are installed. */
export interface MeasurableRun {
  readonly folder: string;
  readonly targets: MeasureTargets;
  /** Where its workers compute; this machine by default. */
  readonly place?: Place;
  /** Measuring time for a run that goes on; what is left of its own budget by default. */
  readonly allowanceMs?: number;
}

export interface MeasureMeans {
  /** Aborted when the user asks to stop, or the place is gone; its reason says why. */
  readonly signal: AbortSignal;
  readonly observer: Observer;
  /** Makes the rule that decides, round by round, whether enough is known; the plan alone decides by default. */
  readonly ruleFor?: (manifest: RunManifest) => StoppingRule | undefined;
}

export async function measure(
  { folder, targets, allowanceMs, place: given }: MeasurableRun,
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
  const place = given ?? thisMachine(threadCounts(manifest.options), targets.targets);
  const state = foldRun(manifest, log, earlier);
  let ending: Extract<RunEvent, { type: 'ended' }>['ending'] = 'error';
  try {
    const entryOf = entriesOf(targets);
    state.record({ type: 'began', conditions: place.begin() });
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
      readProcessors: place.readProcessors,
      cpus: place.cpus,
      deadlineMs: manifest.options.deadlineMs,
      compiles: (name) => entryOf(name)?.target.compiles === true,
      availableBytes: place.availableBytes,
      files: tensorFiles(targets.referencePython, signal, observer.note),
    };
    ending = await executeRun(context);
    if (!place.canResume && asked.aborted) failUnreached(context, asked.reason);
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
      state.record({ type: 'ended', ending, stealShare: place.stealShare() });
    }
    log.close();
    await closeHosts();
    await leave();
  }
}

function nullTargetsOf({ nulls }: MeasureTargets): RunContext['nullTargets'] {
  return new Map(
    nulls.map(({ target }) => {
      const { name, device } = target;
      return [carrierOf(target), { target: name, device: firstDevice(device) }];
    }),
  );
}

function stoppingRuleOf(
  manifest: RunManifest,
  ruleFor: ((manifest: RunManifest) => StoppingRule | undefined) | undefined,
) {
  const stoppingRule = ruleFor?.(manifest);
  return stoppingRule ? { stoppingRule } : {};
}

/** Of a run that cannot go on, what was not measured says why. */
function failUnreached({ state }: RunContext, why: unknown): void {
  const isReached = ({ id }: PlannedCell) =>
    state.events().some((event) => event.type === 'turn' && event.cell === id);
  for (const cell of state.manifest.cells) {
    if (cell.decided !== null || state.hasFailed(cell.id) || isReached(cell)) continue;
    if (state.parityOf(cell.id)?.passed !== false) state.fail(cell.id, 'failed', why);
  }
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
