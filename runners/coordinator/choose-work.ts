/** What a run is about: workloads of the suites or a user's models, at the lengths, modes and batches that were asked for. */
import { explain, TouchstoneError } from '../../common/errors.js';
import { availableMemory } from '../../common/memory.js';
import { listed } from '../../common/text.js';
import {
  type Artefact,
  estimatedBytes,
  modelArtefact,
  plannedArtefact,
} from '../../model/artefact/artefact.js';
import type { ModelRequest } from '../../model/artefact/source.js';
import { committedSeed } from '../../model/reference/reference.js';
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
import type { NoGraph, WorkItem } from '../schedule/plan.js';
import { shortageOfMemory } from '../schedule/prediction.js';
import { inputNames, modelRequest } from './model-request.js';
import { type ModelFile, modelFiles } from './models.js';
import type { RunOptions } from './options.js';
import { pythonFor } from './reference-python.js';
import { select } from './select.js';

/** A workload, or a user's model, which has one batch size of its own and no loss. */
export interface Work {
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

export interface ChosenWork {
  readonly work: readonly Work[];
  readonly budgetMs?: number;
}

/** @throws TouchstoneError('usage') for a wrong command line */
export async function chooseWork(options: RunOptions): Promise<ChosenWork> {
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
export function noteWithoutLength(
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
