/** Twenty steps of every workload under every optimiser, on every target that trains. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { names } from '../../cli/values.js';
import { projectRoot } from '../../common/paths.js';
import { isBroken } from '../../runners/conformance/run.js';
import { type PreparedSteps, runTrainingSteps } from '../../runners/conformance/run-training.js';
import { trainingDocument } from '../../runners/conformance/training-report.js';
import { discoverWorkloads } from '../../suites/discover.js';
import { workloadArtefact } from '../../suites/onnx/artefact.js';
import { committedSeed } from '../../suites/onnx/reference.js';
import { learningBy, optimiserNames } from '../../suites/optimisers.js';
import { batchesOf, type Workload } from '../../suites/workload.js';
import { chosenTargets, isOfAll, onEach, referencePython, say, type TargetChoice } from './targets.js';

const steps = 20;
/**
 * A tenth of the workloads' own rates, and of Adam's and RMSProp's: over twenty steps at those, small batches of drawn pictures drive some networks
 * so far that float32 and float64 part, or that no number is left. What is proved here is the gradient and the rule.
 */
const slowdown = 0.1;

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
  const document = trainingDocument(steps, slowdown, all);
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
      const learning = learningBy(workload, optimiser, { steps, slowdown });
      if (!learning) continue;
      const artefact = await workloadArtefact(learning, 'training', batch, committedSeed, referencePython);
      prepared.push({ workload: workload.name, batch, optimiser, artefact });
    }
    say(`prepared ${workload.name}`);
  }
  return prepared;
}
