/** Twenty steps of every workload under every optimiser, on every target that trains. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { names } from '../../cli/values.js';
import { projectRoot } from '../../common/paths.js';
import { isBroken } from '../../runners/conformance/run.js';
import {
  type PreparedSteps,
  runTrainingSteps,
  spreadOf,
  unrest,
} from '../../runners/conformance/run-training.js';
import { trainingDocument } from '../../runners/conformance/training-report.js';
import { discoverWorkloads } from '../../suites/discover.js';
import { nudgedSource } from '../../suites/nudged.js';
import { type Artefact, sourceArtefact, workloadArtefact } from '../../suites/onnx/artefact.js';
import { workloadSource } from '../../suites/onnx/artefact-source.js';
import { cachedReference, committedSeed } from '../../suites/onnx/reference.js';
import { learningBy, type OptimiserName, optimiserNames } from '../../suites/optimisers.js';
import { batchesOf, type Workload } from '../../suites/workload.js';
import { chosenTargets, isOfAll, onEach, referencePython, say, type TargetChoice } from './targets.js';

const steps = 20;
/**
 * Of a workload's own rate, and of Adam's and RMSProp's. Over twenty steps at those, small batches of drawn pictures drive some deep networks
 * so far that rounding decides; slower, the same gradients and rules are tried on less of a way. The first is taken at which rounding
 * explains nothing outside the declared tolerance.
 */
const slowdowns = [1, 0.1, 0.01];

interface Options extends TargetChoice {
  readonly workload?: string | undefined;
}

/** @returns the exit status */
export async function trainingSteps(options: Options): Promise<number> {
  const targets = (await chosenTargets(options)).filter(({ modes }) => modes.training.supported);
  const prepared = await prepare(await smallestForms(options.workload));
  const all = await onEach(targets, async (target, python) => {
    const results = await runTrainingSteps(target, prepared, python, ({ steps: one, outcome }) => {
      const { workload, optimiser } = one;
      if (isBroken(outcome)) {
        say(`${target.name}, ${workload}, ${optimiser}: ${outcome.state}: ${outcome.reason}`);
      }
    });
    const passed = results.filter(({ outcome }) => outcome.state === 'ok').length;
    say(`${target.name}: ${passed} of ${results.length} agree`);
    return { target: target.name, results };
  });
  const document = trainingDocument(steps, all);
  if (isOfAll(options) && !options.workload) {
    await writeFile(join(projectRoot, 'docs/training-conformance.md'), document);
  }
  process.stdout.write(document);
  return all.some(({ results }) => results.some(({ outcome }) => isBroken(outcome))) ? 1 : 0;
}

/** What is equal in a small form is equal in its full one: the layers are the same. */
async function smallestForms(pattern = '*'): Promise<Workload[]> {
  const all = (await discoverWorkloads()).filter(({ training }) => training);
  const small = new Set(all.map((workload) => workload.small ?? workload));
  const matches = picomatch(names(pattern));
  return [...small].filter(({ name }) => matches(name));
}

async function prepare(workloads: readonly Workload[]): Promise<PreparedSteps[]> {
  const prepared: PreparedSteps[] = [];
  for (const workload of workloads) {
    const [batch = 1] = batchesOf(workload, 'training');
    for (const optimiser of optimiserNames) {
      prepared.push(await steadiest(workload, batch, optimiser));
    }
    say(`prepared ${workload.name}`);
  }
  return prepared;
}

/** At the first rate at which rounding stays within the tolerance, or at that where it does least. */
async function steadiest(
  workload: Workload,
  batch: number,
  optimiser: OptimiserName,
): Promise<PreparedSteps> {
  const tried: PreparedSteps[] = [];
  for (const slowdown of slowdowns) {
    const learning = learningBy(workload, optimiser, { steps, slowdown });
    if (!learning) throw new Error(`${workload.name} does not train`);
    const artefact = await workloadArtefact(learning, 'training', batch, committedSeed, referencePython);
    const spread = await spreadOf(artefact, await nudgedArtefact(learning, batch));
    const one = { workload: workload.name, batch, optimiser, slowdown, artefact, spread };
    if (unrest(one) <= 1) return one;
    tried.push(one);
  }
  const [least] = tried.sort((one, other) => unrest(one) - unrest(other));
  if (!least) throw new Error('there is no rate to try');
  return least;
}

async function nudgedArtefact(learning: Workload, batch: number): Promise<Artefact> {
  const source = nudgedSource(workloadSource(learning, 'training', batch, committedSeed));
  return sourceArtefact(source, {
    edition: 'float64',
    write: (id, folder) => cachedReference(folder, id, 'training', referencePython, source.workload),
  });
}
