/** Verifies targets over twenty steps of every workload with every optimiser. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { at, defined } from '../../common/at.js';
import { glob } from '../../common/glob.js';
import { projectRoot } from '../../common/paths.js';
import { names } from '../../common/values.js';
import { type Artefact, sourceArtefact, workloadArtefact } from '../../model/artefact/artefact.js';
import { type ArtefactSource, workloadSource } from '../../model/artefact/source.js';
import { cachedReference, committedSeed } from '../../model/reference/reference.js';
import { batchesOf, type Workload } from '../../model/workload.js';
import {
  amplification,
  largest,
  runTrainingSteps,
  type Spread,
  type StepsCase,
  type StepsResult,
  spreadOf,
} from '../../runners/conformance/training-steps.js';
import { type StepsFinding, trainingDocument } from '../../runners/conformance/training-steps-report.js';
import { isFailure, type Outcome } from '../../runners/conformance/verify.js';
import { discoverWorkloads } from '../../suites/discover.js';
import { type OptimiserName, optimiserNames, withOptimiser } from '../../suites/optimisers.js';
import { longerStepsSource, perturbedSource } from '../../suites/perturbed.js';
import { ledger, ledgerInMemory, today } from '../measure/ledger.js';
import { chosenTargets, onEach, referencePython, say, type TargetChoice } from './targets.js';

const steps = 20;
/**
 * Factors of the default learning rate. Over twenty steps at the default rate, small batches of random images take some deep
 * networks to where rounding errors dominate; at lower rates the same gradients and update rules are verified on a shorter path. The
 * first factor is used at which the permitted rounding error stays within the declared tolerance.
 */
const rateFactors = [1, 0.1, 0.01];
/** Numbers of the perturbations besides the first. */
const furtherSamples = [1, 2, 3, 4, 5, 6];

interface Options extends TargetChoice {
  readonly workload?: string | undefined;
  /** Cases that were verified before this day are run again. */
  readonly since?: string | undefined;
}

/**
 * A complete run takes hours, so that every finding is kept as a line. Cases that agreed are not run again, unless on an earlier
 * day than `since`; all others are.
 *
 * @returns the exit status
 */
export async function trainingSteps(options: Options): Promise<number> {
  const isKept = options.adapter === undefined;
  const results = isKept ? ledger<StepsFinding>('training', false) : ledgerInMemory<StepsFinding>();
  const chosen = (await chosenTargets(options)).filter(({ modes }) => modes.training.supported);
  const workloads = await smallestForms();
  const patterns = names(options.workload ?? '*').map((pattern) => glob(pattern));
  const prepared = await prepare(workloads.filter(({ name }) => patterns.some((matches) => matches(name))));
  const failures = await onEach(chosen, async (target, executable) => {
    const open = prepared.filter((stepsCase) => !isVerified(keyOf(target.name, stepsCase)));
    const found = await runTrainingSteps(target, open, executable, (result) => {
      const { stepsCase, verified, outcome } = result;
      const { workload, optimiser } = stepsCase;
      const rate = verified === stepsCase ? '' : ` at ${verified.rateFactor} of the learning rate`;
      say(`${target.name}, ${workload}, ${optimiser}: ${outcomeText(outcome)}${rate}`);
      const own = keyOf(target.name, stepsCase);
      const key = outcome.state === 'ok' ? own : `${own}: ${outcome.state}`;
      results.add(key, [findingOf(target.name, result)]);
    });
    return found.filter(({ outcome }) => isFailure(outcome)).length;
  });
  const findings = inOrder(
    results.entries(),
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
  return failures.some((count) => count > 0) ? 1 : 0;

  function isVerified(key: string): boolean {
    return results.entriesOf(key).some(({ day }) => options.since === undefined || day >= options.since);
  }
}

function keyOf(target: string, { workload, optimiser, artefact }: StepsCase): string {
  return `${workload} ${optimiser} ${target} (${artefact.manifest.id.slice(0, 16)})`;
}

function findingOf(target: string, { verified, maxSpread, outcome }: StepsResult): StepsFinding {
  const { workload, optimiser, rateFactor, spread, artefact } = verified;
  const training = defined(artefact.manifest.training, `the training of ${workload}`);
  const { learningRate } = training.optimiser;
  const setting = { target, workload, optimiser, learningRate, rateFactor, spread };
  return { ...setting, ...(maxSpread ? { maxSpread } : {}), outcome, day: today() };
}

function outcomeText(outcome: Outcome): string {
  return outcome.state === 'ok' ? outcome.error.toExponential(1) : `${outcome.state}: ${outcome.reason}`;
}

/** The newest finding of each case, in the order of the workloads. */
function inOrder(findings: readonly StepsFinding[], workloads: readonly string[]): StepsFinding[] {
  const newest = new Map(
    findings.map((finding) => [`${finding.workload} ${finding.optimiser} ${finding.target}`, finding]),
  );
  const position = ({ workload }: StepsFinding) => workloads.indexOf(workload);
  return [...newest.values()]
    .filter((finding) => position(finding) >= 0)
    .sort((a, b) => position(a) - position(b));
}

/**
 * Small forms have the same layers as the full ones and stand for both. Single operators occur in the networks, and are verified
 * when they are measured.
 */
async function smallestForms(): Promise<Workload[]> {
  const all = (await discoverWorkloads()).filter(({ training, family }) => training && family !== 'micro');
  return [...new Set(all.map((workload) => workload.small ?? workload))];
}

async function prepare(workloads: readonly Workload[]): Promise<StepsCase[]> {
  const prepared: StepsCase[] = [];
  for (const workload of workloads) {
    const batch = at(batchesOf(workload, 'training'), 0, `batches of ${workload.name}`);
    for (const optimiser of optimiserNames) {
      prepared.push(await atStableRate(workload, batch, optimiser));
    }
    say(`prepared ${workload.name}`);
  }
  return prepared;
}

/** At the first rate at which the permitted rounding error is within the declared tolerance, or at the best of all. */
async function atStableRate(workload: Workload, batch: number, optimiser: OptimiserName): Promise<StepsCase> {
  let stepsCase = await atRate(workload, batch, optimiser, rateFactors);
  let best = stepsCase;
  while (amplification(stepsCase) > 1 && stepsCase.atLowerRate) {
    stepsCase = await stepsCase.atLowerRate();
    if (amplification(stepsCase) < amplification(best)) best = stepsCase;
  }
  return best;
}

/** @param factors the one to use, and the lower ones */
async function atRate(
  workload: Workload,
  batch: number,
  optimiser: OptimiserName,
  factors: readonly number[],
): Promise<StepsCase> {
  const rateFactor = at(factors, 0, 'rate factors');
  const lowerFactors = factors.slice(1);
  const trained = withOptimiser(workload, optimiser, { steps, rateFactor });
  if (!trained) throw new Error(`workload ${workload.name} has no training`);
  const artefact = await workloadArtefact(trained, 'training', batch, committedSeed, referencePython);
  const source = () => workloadSource(trained, 'training', batch, committedSeed);
  const spread = await spreadOf(artefact, await referenced(perturbedSource(source())));
  const maxSpread = async () => {
    const own = source();
    const spreads: Spread[] = [];
    const add = async (other: ArtefactSource) =>
      spreads.push(await spreadOf(artefact, await referenced(other)));
    for (const sample of furtherSamples) await add(perturbedSource(own, sample));
    if (optimiser === 'adam') await add(longerStepsSource(own));
    return largest(spreads);
  };
  const atLowerRate = () => atRate(workload, batch, optimiser, lowerFactors);
  return {
    workload: workload.name,
    batch,
    optimiser,
    rateFactor,
    artefact,
    spread,
    maxSpread,
    ...(lowerFactors.length > 0 ? { atLowerRate } : {}),
  };
}

function referenced(source: ArtefactSource): Promise<Artefact> {
  return sourceArtefact(source, {
    fingerprint: 'float64',
    write: (id, folder) => cachedReference(folder, id, 'training', referencePython, source.workload),
  });
}
