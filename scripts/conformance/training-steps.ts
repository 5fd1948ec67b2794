/** Twenty steps of every workload under every optimiser, on every target that trains. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { projectRoot } from '../../common/paths.js';
import { names } from '../../common/values.js';
import { type Artefact, sourceArtefact, workloadArtefact } from '../../model/artefact/artefact.js';
import { type ArtefactSource, workloadSource } from '../../model/artefact/source.js';
import { cachedReference, committedSeed } from '../../model/reference/reference.js';
import { batchesOf, type Workload } from '../../model/workload.js';
import { isBroken, type Outcome } from '../../runners/conformance/small-models.js';
import {
  type PreparedSteps,
  runTrainingSteps,
  type Spread,
  type StepsResult,
  spreadOf,
  unrest,
  widest,
} from '../../runners/conformance/training-steps.js';
import { type StepsFinding, trainingDocument } from '../../runners/conformance/training-steps-report.js';
import { discoverWorkloads } from '../../suites/discover.js';
import { type OptimiserName, optimiserNames, withOptimiser } from '../../suites/optimisers.js';
import { longerStepsSource, perturbedSource } from '../../suites/perturbed.js';
import { ledger, ledgerInMemory, today } from '../measure/ledger.js';
import { chosenTargets, onEach, referencePython, say, type TargetChoice } from './targets.js';

const steps = 20;
/**
 * Of a workload's own rate, and of Adam's and RMSProp's. Over twenty steps at those, small batches of drawn pictures drive some deep networks
 * so far that rounding decides; slower, the same gradients and rules are tried on less of a way. The first is taken at which rounding
 * explains nothing outside the declared tolerance.
 */
const slowdowns = [1, 0.1, 0.01];
/** Numbers of the nudges besides the first. */
const furtherSamples = [1, 2, 3, 4, 5, 6];

interface Options extends TargetChoice {
  readonly workload?: string | undefined;
  readonly fresh?: boolean | undefined;
}

/**
 * All of it takes hours, so each finding is kept as a line. What agreed is not run again; what did not, or was refused, is.
 *
 * @returns the exit status
 */
export async function trainingSteps(options: Options): Promise<number> {
  const isKept = options.adapter === undefined;
  const book = isKept
    ? ledger<StepsFinding>('training', options.fresh ?? false)
    : ledgerInMemory<StepsFinding>();
  const chosen = (await chosenTargets(options)).filter(({ modes }) => modes.training.supported);
  const workloads = await smallestForms();
  const matches = picomatch(names(options.workload ?? '*'));
  const prepared = await prepare(workloads.filter(({ name }) => matches(name)));
  const broken = await onEach(chosen, async (target, executable) => {
    const open = prepared.filter((one) => !book.has(keyOf(target.name, one)));
    const results = await runTrainingSteps(target, open, executable, (result) => {
      const { steps: one, settled, outcome } = result;
      const { workload, optimiser } = one;
      const rate = settled === one ? '' : ` at ${settled.slowdown} of the rate`;
      say(`${target.name}, ${workload}, ${optimiser}: ${saidOf(outcome)}${rate}`);
      const own = keyOf(target.name, one);
      const key = outcome.state === 'ok' ? own : `${own}: ${outcome.state}`;
      if (!book.has(key)) book.add(key, [findingOf(target.name, result)]);
    });
    return results.filter(({ outcome }) => isBroken(outcome)).length;
  });
  const findings = inOrder(
    book.entries(),
    workloads.map(({ name }) => name),
  );
  const training = (await chosenTargets(isKept ? {} : options)).filter(
    ({ modes }) => modes.training.supported,
  );
  const document = trainingDocument(
    steps,
    training.map(({ name }) => name),
    findings,
  );
  if (isKept) await writeFile(join(projectRoot, 'docs/training-conformance.md'), document);
  process.stdout.write(document);
  return broken.some((count) => count > 0) ? 1 : 0;
}

function keyOf(target: string, { workload, optimiser, artefact }: PreparedSteps): string {
  return `${workload} ${optimiser} ${target} (${artefact.manifest.id.slice(0, 16)})`;
}

function findingOf(target: string, { settled, further, outcome }: StepsResult): StepsFinding {
  const { workload, optimiser, slowdown, spread, artefact } = settled;
  const learningRate = artefact.manifest.training?.optimiser.learningRate ?? 0;
  const setting = { target, workload, optimiser, learningRate, slowdown, spread };
  return { ...setting, ...(further ? { further } : {}), outcome, day: today() };
}

function saidOf(outcome: Outcome): string {
  return outcome.state === 'ok' ? outcome.error.toExponential(1) : `${outcome.state}: ${outcome.reason}`;
}

/** The newest of each, workload by workload. */
function inOrder(findings: readonly StepsFinding[], workloads: readonly string[]): StepsFinding[] {
  const newest = new Map(
    findings.map((finding) => [`${finding.workload} ${finding.optimiser} ${finding.target}`, finding]),
  );
  const place = ({ workload }: StepsFinding) => workloads.indexOf(workload);
  return [...newest.values()].filter((one) => place(one) >= 0).sort((a, b) => place(a) - place(b));
}

/**
 * What is equal in a small form is equal in its full one: the layers are the same. Single operators are those of the networks, and
 * are verified where they are measured.
 */
async function smallestForms(): Promise<Workload[]> {
  const all = (await discoverWorkloads()).filter(({ training, family }) => training && family !== 'micro');
  return [...new Set(all.map((workload) => workload.small ?? workload))];
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
  let one = await atRate(workload, batch, optimiser, slowdowns);
  let least = one;
  while (unrest(one) > 1 && one.slower) {
    one = await one.slower();
    if (unrest(one) < unrest(least)) least = one;
  }
  return least;
}

/** @param slowdowns the one that is wanted, and those after it */
async function atRate(
  workload: Workload,
  batch: number,
  optimiser: OptimiserName,
  [slowdown = 1, ...rest]: readonly number[],
): Promise<PreparedSteps> {
  const learning = withOptimiser(workload, optimiser, { steps, rateFactor: slowdown });
  if (!learning) throw new Error(`${workload.name} does not train`);
  const artefact = await workloadArtefact(learning, 'training', batch, committedSeed, referencePython);
  const source = () => workloadSource(learning, 'training', batch, committedSeed);
  const spread = await spreadOf(artefact, await referenced(perturbedSource(source())));
  const further = async () => {
    const own = source();
    const spreads: Spread[] = [];
    const add = async (other: ArtefactSource) =>
      spreads.push(await spreadOf(artefact, await referenced(other)));
    for (const sample of furtherSamples) await add(perturbedSource(own, sample));
    if (optimiser === 'adam') await add(longerStepsSource(own));
    return widest(spreads);
  };
  const slower = () => atRate(workload, batch, optimiser, rest);
  return {
    workload: workload.name,
    batch,
    optimiser,
    slowdown,
    artefact,
    spread,
    further,
    ...(rest.length > 0 ? { slower } : {}),
  };
}

function referenced(source: ArtefactSource): Promise<Artefact> {
  return sourceArtefact(source, {
    fingerprint: 'float64',
    write: (id, folder) => cachedReference(folder, id, 'training', referencePython, source.workload),
  });
}
