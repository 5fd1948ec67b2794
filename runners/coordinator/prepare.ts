/** From the command line to a plan: which workloads, which targets, what is installed, which artefacts. */

import { defined } from '../../common/at.js';
import { explain } from '../../common/errors.js';
import { availableMemory } from '../../common/memory.js';
import { artefactKey } from '../../common/run/cell.js';
import type { PlannedCell, RunManifest } from '../../common/run/run-folder.js';
import { type Artefact, sourceArtefact } from '../../model/artefact/artefact.js';
import { type Cost, costOf } from '../../model/cost.js';
import type { FindPython } from '../../model/reference/reference.js';
import { type Mode, modes } from '../../model/workload.js';
import { probeKey, probeNames, probeSource } from '../../suites/probe.js';
import { type NoGraph, planCells, type WorkItem } from '../schedule/plan.js';
import { shortageOfMemory } from '../schedule/prediction.js';
import { chooseWork, noteWithoutLength, type Work } from './choose-work.js';
import { type Locate, onThisMachine, type PreparedTarget } from './locate.js';
import type { RunOptions } from './options.js';
import { pythonFor } from './reference-python.js';

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
