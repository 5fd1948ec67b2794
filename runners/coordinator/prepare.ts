/** From the command line to a plan: which workloads, which targets, what is installed, which artefacts. */

import type { Framework, Target } from '../../adapters/adapter.js';
import { defined } from '../../common/at.js';
import { explain, TouchstoneError } from '../../common/errors.js';
import { availableMemory } from '../../common/memory.js';
import { artefactKey } from '../../common/run/cell.js';
import type { PlannedCell, RunManifest } from '../../common/run/run-folder.js';
import { listed } from '../../common/text.js';
import {
  type Artefact,
  estimatedBytes,
  modelArtefact,
  plannedArtefact,
  sourceArtefact,
} from '../../model/artefact/artefact.js';
import type { ModelRequest } from '../../model/artefact/source.js';
import { type Cost, costOf } from '../../model/cost.js';
import { committedSeed, type FindPython } from '../../model/reference/reference.js';
import {
  batchesOf,
  type Generation,
  type Mode,
  modes,
  type Selection,
  type Sequence,
  selectionsOf,
  type Training,
  type Workload,
} from '../../model/workload.js';
import { discoverSuites, discoverWorkloads } from '../../suites/discover.js';
import { withOptimiser } from '../../suites/optimisers.js';
import { probeKey, probeNames, probeSource } from '../../suites/probe.js';
import { ensureTargets } from '../hosts/availability.js';
import type { Checkout } from '../hosts/checkout.js';
import { hostOf } from '../hosts/discover.js';
import type { Availability, WorkerHost } from '../hosts/host.js';
import { ensureEnvironment } from '../provision/environments.js';
import { type NoGraph, planCells, type WorkItem } from '../schedule/plan.js';
import { shortageOfMemory } from '../schedule/prediction.js';
import { type Choice, chooseTargets } from './choose-targets.js';
import { inputNames, modelRequest } from './model-request.js';
import { type ModelFile, modelFiles } from './models.js';
import type { RunOptions } from './options.js';
import { select } from './select.js';

export interface PreparedTarget {
  readonly framework: Framework;
  readonly target: Target;
  readonly host: WorkerHost;
  /** The program that its workers run in, where it is not the host's own. */
  readonly executable?: string;
  /** Its name in the role that it has in a gate, `tfjs/js~baseline`; by default its own. */
  readonly alias?: string;
  /** Another commit of the project that it is run from. */
  readonly checkout?: Checkout;
}

export interface Prepared {
  readonly workloads: RunManifest['workloads'];
  readonly targets: readonly PreparedTarget[];
  /** The null targets, for the harness's own overhead. */
  readonly nulls: readonly PreparedTarget[];
  readonly cells: readonly PlannedCell[];
  /** Artefact folders by group key. */
  readonly artefacts: Readonly<Record<string, string>>;
  /** For references that nobody has computed before. */
  readonly referencePython: FindPython;
  /** What each group needs at the least. */
  readonly costs: Readonly<Record<string, Cost>>;
  /** The suite's own measuring budget, where it has one. */
  readonly budgetMs?: number;
}

/** Targets, where each is installed, and whether it can start there. */
export interface Located {
  readonly targets: readonly (PreparedTarget & { readonly health: Availability })[];
  readonly nulls: readonly PreparedTarget[];
}

/** Chooses the targets of a run and makes what they need. */
export type Locate = (options: RunOptions, say: (line: string) => void) => Promise<Located>;

/** @param needsAll a version that does not exist ends it: without one side a gate has nothing to measure */
export function onThisMachine(needsAll: boolean): Locate {
  return async (options, say) => {
    const { chosen, nulls } = await chooseTargets(options.targets);
    const install = !options.installedOnly && !options.dryRun;
    if (install) await installAll([...chosen, ...nulls], say, needsAll);
    return locateAll(chosen, nulls);
  };
}

/**
 * @param say prints a line about what takes time: installing, preparing
 * @param locate finds the targets
 * @throws TouchstoneError('usage') for a wrong command line
 */
export async function prepare(
  options: RunOptions,
  say: (line: string) => void,
  locate: Locate = onThisMachine(false),
): Promise<Prepared> {
  const { work: wanted, budgetMs } = await chooseWork(options);
  noteWithoutLength(wanted, options, say);
  const located = await locate(options, say);
  const availability = new Map(located.targets.map(({ target, health }) => [target, health]));
  const made = await makeArtefacts(wanted, options, say);
  return {
    workloads: wanted.map(({ name, title, source }) => ({ name, title, source })),
    ...located,
    cells: planCells(
      made.items,
      located.targets.map(({ target }) => target),
      (target) => defined(availability.get(target), `the availability of ${target.name}`),
      options.threads,
    ),
    artefacts: made.folders,
    referencePython: pythonFor(options),
    costs: made.costs,
    ...(budgetMs === undefined ? {} : { budgetMs }),
  };
}

/** Where the targets of a run that goes on are installed now; its plan stands, and nothing is installed. */
export async function findTargets(names: readonly string[]) {
  const { chosen, nulls } = await chooseTargets(names);
  return { ...(await locateAll(chosen, nulls)), referencePython: pythonFor({ installedOnly: true }) };
}

/** A workload, or a user's model, which has one batch size of its own and no loss. */
interface Work {
  readonly name: string;
  readonly title: string;
  readonly source: string;
  readonly modes: readonly Mode[];
  readonly training?: Training;
  readonly generation?: Generation;
  /** As a plan says it: steps of its sequences, where `--length` does, and whether they are not its own. */
  readonly length?: Pick<WorkItem, 'length' | 'otherLength'>;
  batches(mode: Mode): readonly number[];
  artefact(mode: Mode, batch: number): Promise<Artefact | NoGraph>;
}

interface ChosenWork {
  readonly work: readonly Work[];
  readonly budgetMs?: number;
}

async function chooseWork(options: RunOptions): Promise<ChosenWork> {
  if (options.model !== undefined) {
    refuseForModels(options);
    const files = modelFiles(options.model);
    const names = inputNames(files, options);
    const requestOf = (file: ModelFile) => modelRequest(file, options, names.get(file.path));
    return { work: files.map((file) => modelWork(file, options, () => requestOf(file), files.length > 1)) };
  }
  const ofModels = (['input', 'range', 'inputs', 'modelMemory'] as const).find(
    (name) => options[name] !== undefined,
  );
  if (ofModels !== undefined) {
    const option = ofModels === 'modelMemory' ? 'model-memory' : ofModels;
    throw new TouchstoneError('usage', `--${option} is for a --model`, { hint: 'add --model file.onnx' });
  }
  const workloads = await discoverWorkloads();
  const suite = select('suite', await discoverSuites(), [options.suite ?? 'smoke'])[0];
  if (options.workload || !suite) {
    // A workload that is named is measured whether the suite holds it or not.
    const named = select('workload', workloads, options.workload ?? []);
    const scaled = [...new Set(named.map((workload) => scaledAs(workload, options)))];
    const atLengths = scaled.flatMap((workload) => lengthsOf(workload, options));
    return { work: atLengths.flatMap((workload) => workOf(workload, options)) };
  }
  const work = selectionsOf(suite).flatMap(({ workload: name, batches }) =>
    select('workload', workloads, [name])
      .flatMap((workload) => lengthsOf(scaledAs(workload, options), options))
      .flatMap((workload) => workOf(workload, options, batches)),
  );
  return { work, ...(suite.budgetMs === undefined ? {} : { budgetMs: suite.budgetMs }) };
}

function scaledAs(workload: Workload, options: RunOptions): Workload {
  return options.scale === 'small' ? (workload.small ?? workload) : workload;
}

/** At every length that was asked for; what has no sequence, or another that is part of its definition, as it is. */
function lengthsOf(workload: Workload, { length: lengths }: RunOptions): Workload[] {
  const { sequence } = workload;
  if (!lengths || !sequence) return [workload];
  // One that is too long is still planned, and says so.
  return lengths.map((length) => sequence.withLength(length));
}

/** @throws TouchstoneError('usage') where nothing of the selection has another length */
function noteWithoutLength(
  work: readonly Work[],
  { length: lengths }: RunOptions,
  say: (line: string) => void,
): void {
  if (!lengths) return;
  const without = [...new Set(work.filter(({ length }) => !length).map(({ name }) => name))];
  if (without.length === 0) return;
  const has = without.length === 1 ? 'has' : 'have';
  if (without.length < new Set(work.map(({ name }) => name)).size) {
    say(`note: ${listed(without)} ${has} no other length, so --length changes nothing there`);
    return;
  }
  throw new TouchstoneError('usage', `--length: ${listed(without)} ${has} no other length`, {
    hint: 'choose workloads that have, such as --workload row-lstm,char-lstm; `list` says which',
  });
}

function refuseForModels({ length, batch }: RunOptions): void {
  const refused = length ? '--length' : batch ? '--batch' : undefined;
  if (refused === undefined) return;
  throw new TouchstoneError('usage', `${refused} is for workloads: a model has the shapes of its inputs`, {
    hint: 'give them with --input name=1x3x224x224, a run for each',
  });
}

/** Training by another optimiser than the workload's own is a workload apart. */
function workOf(workload: Workload, options: RunOptions, selected?: Selection['batches']): Work[] {
  const learning = options.optimiser ? withOptimiser(workload, options.optimiser) : workload;
  if (!learning || learning === workload) return [workloadWork(workload, options, selected)];
  const asked = options.mode ?? workload.modes.filter((mode) => !selected || selected[mode]);
  return asked.map((mode) =>
    workloadWork(mode === 'training' ? learning : workload, { ...options, mode: [mode] }, selected),
  );
}

/** @param selected batches by mode, where a suite measures only those */
function workloadWork(workload: Workload, options: RunOptions, selected?: Selection['batches']): Work {
  const { name, title, source, training, generation } = workload;
  const defaultModes = workload.modes.filter((mode) => !selected || selected[mode]);
  return {
    name,
    title,
    source,
    modes: options.mode ?? defaultModes,
    ...(training ? { training } : {}),
    ...(generation ? { generation } : {}),
    batches: (mode) => options.batch ?? selected?.[mode] ?? batchesOf(workload, mode),
    ...(options.length && workload.sequence ? { length: plannedLength(workload.sequence) } : {}),
    artefact: async (mode, batch) => {
      if (!workload.modes.includes(mode)) return { refused: `${name} has no ${mode}` };
      if (tooLong(workload))
        return { refused: `${name} goes up to a length of ${workload.sequence?.maxLength}` };
      const needed = await estimatedBytes(workload, mode, batch, committedSeed);
      const shortage = shortageOfMemory(needed, availableMemory());
      return shortage ? { failed: explain(shortage) } : plannedArtefact(workload, mode, batch, committedSeed);
    },
  };
}

function plannedLength({ length, defaultLength }: Sequence): Pick<WorkItem, 'length' | 'otherLength'> {
  return { length, ...(length === defaultLength ? {} : { otherLength: length }) };
}

function tooLong({ sequence }: Workload): boolean {
  return sequence !== undefined && sequence.length > sequence.maxLength;
}

/** Reference environments are made on first use, like all others. */
function pythonFor(options: Pick<RunOptions, 'installedOnly'>): FindPython {
  return async (environment) => {
    const installedOnly = options.installedOnly === true;
    const report = (line: string) => void process.stderr.write(`${line}\n`);
    return (await ensureEnvironment(environment, { installedOnly, report })).python;
  };
}

/** @param isOneOfMany then a file that cannot be read costs its own cells only, each of which says why */
function modelWork(
  file: ModelFile,
  options: RunOptions,
  request: () => Promise<ModelRequest>,
  isOneOfMany: boolean,
): Work {
  const { name, path } = file;
  let inference: Promise<Artefact | NoGraph> | undefined;
  const make = async () => {
    try {
      return await modelArtefact(await request(), pythonFor(options));
    } catch (error) {
      if (!isOneOfMany || !(error instanceof TouchstoneError)) throw error;
      return { failed: explain(error) };
    }
  };
  return {
    name,
    title: name,
    source: path,
    modes: options.mode ?? ['inference'],
    batches: () => [1],
    async artefact(mode) {
      if (mode === 'training') {
        return {
          refused: 'a model file does not say its loss and optimiser; training needs a workload file',
        };
      }
      inference ??= make();
      return inference;
    },
  };
}

/** A broken installation costs its own targets only: availability then says why and how to fix it. */
async function installAll(
  choices: readonly Choice[],
  say: (line: string) => void,
  needsAll: boolean,
): Promise<void> {
  try {
    const targets = choices.map(({ target }) => target);
    await ensureTargets(targets, { report: say });
  } catch (error) {
    if (needsAll && error instanceof TouchstoneError && error.code === 'usage') throw error;
    say(`warning: ${explain(error)}`);
  }
}

async function locateAll(chosen: readonly Choice[], nulls: readonly Choice[]): Promise<Located> {
  const [targets, allNulls] = await Promise.all(
    [chosen, nulls].map((some) => Promise.all(some.map(locateOne))),
  );
  return { targets: targets ?? [], nulls: (allNulls ?? []).filter(({ health }) => health.available) };
}

async function locateOne({ framework, target }: Choice) {
  const host = await hostOf(target);
  const health = await host.provision(target).availability();
  const executable = health.available ? health.executable : undefined;
  return { framework, target, host, health, ...(executable === undefined ? {} : { executable }) };
}

/** The artefact of every workload, mode and batch: what all targets of a group are given. */
async function makeArtefacts(work: readonly Work[], options: RunOptions, say: (line: string) => void) {
  const items: WorkItem[] = [];
  const folders: Record<string, string> = {};
  for (const name of probeNames) folders[probeKey(name)] = (await sourceArtefact(probeSource(name))).folder;
  const costs: Record<string, Cost> = {};
  for (const one of work) {
    for (const { mode, batch } of variantsOf(one)) {
      const made = await one.artefact(mode, batch);
      const item = itemOf(one, mode, batch, made);
      if (!('graph' in made)) {
        items.push(item);
        continue;
      }
      const { generation, training } = item;
      const cost = costOf(made.graph, { steps: generation?.steps, optimiser: training?.optimiser });
      const shortage = shortageOfMemory(cost.bytes, availableMemory());
      items.push(shortage ? { ...item, shortage: explain(shortage) } : item);
      folders[artefactKey(item)] = made.folder;
      costs[artefactKey(item)] = cost;
    }
    if (!options.dryRun) say(`prepared ${one.name}`);
  }
  return { items, folders, costs };
}

function variantsOf(work: Work): { mode: Mode; batch: number }[] {
  const inOrder = modes.filter((mode) => work.modes.includes(mode));
  return inOrder.flatMap((mode) => work.batches(mode).map((batch) => ({ mode, batch })));
}

function itemOf(work: Work, mode: Mode, batch: number, made: Artefact | NoGraph): WorkItem {
  const { name, training, generation, length } = work;
  const learning = mode === 'training' && training ? { training } : {};
  const looping = mode === 'inference' && generation ? { generation } : {};
  const common = { workload: name, mode, precision: 'float32' as const, ...length, ...learning, ...looping };
  // A model file has the batch size that its inputs say.
  if (!('graph' in made)) return { ...common, batch, graph: made };
  const { batch: own, content } = made.manifest;
  return { ...common, batch: own, graph: made.graph, ...(content === undefined ? {} : { content }) };
}
