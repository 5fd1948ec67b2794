/**
 * Verifies a target over many training steps, in its real worker and with the parity check of every run.
 *
 * Some networks amplify rounding errors beyond the declared tolerance over many steps. By how much is measured with the float64
 * reference itself, from initial weights that are perturbed by one float32 rounding (`suites/perturbed.ts`).
 */
import type { Target } from '../../adapters/adapter.js';
import { required } from '../../common/at.js';
import type { Artefact } from '../../model/artefact/artefact.js';
import type { Tolerance } from '../../model/workload.js';
import type { OptimiserName } from '../../suites/optimisers.js';
import { checkParity } from '../parity/parity.js';
import { loadReference } from '../parity/reference.js';
import { type Outcome, type Verify, verifyEach } from './verify.js';

/** A workload under an optimiser, at one learning rate. */
export interface StepsCase {
  readonly workload: string;
  readonly batch: number;
  readonly optimiser: OptimiserName;
  /** Learning rate relative to the workload's or the optimiser's default. */
  readonly rateFactor: number;
  readonly artefact: Artefact;
  /** Divergence of the reference under one perturbation. */
  readonly spread: Spread;
  /** The largest divergence under several other perturbations. Computed on demand, since it takes long. */
  readonly maxSpread: () => Promise<Spread>;
  /** The same case at the next lower learning rate, if there is one. */
  readonly atLowerRate?: () => Promise<StepsCase>;
}

/** Relative errors of the worst loss and of the worst tensor's movement. */
export interface Spread {
  readonly loss: number;
  readonly weight: number;
}

/**
 * Permitted error relative to the spread: a float32 computation rounds in every operation, not only once in every weight. Ten is
 * enough for every target that is correct otherwise; a wrong update rule or gradient exceeds the spread by a factor of hundreds.
 */
const spreadFactor = 10;

/** For all steps together: in plain JavaScript twenty steps with a large embedding take minutes. */
const deadlineMs = 20 * 60_000;

export interface StepsResult {
  readonly stepsCase: StepsCase;
  /** The case that the outcome is for: the same, or at a lower learning rate. */
  readonly verified: StepsCase;
  /** The largest divergence under several perturbations, if the outcome depends on it. */
  readonly maxSpread?: Spread;
  readonly outcome: Outcome;
}

/** @param executable the program that the target's workers run in, if it is not the host's own */
export async function runTrainingSteps(
  target: Target,
  cases: readonly StepsCase[],
  executable: string | undefined,
  onResult: (result: StepsResult) => void,
): Promise<StepsResult[]> {
  const work = async (stepsCase: StepsCase, verify: Verify) => {
    const result = { stepsCase, ...(await verifySteps(stepsCase, verify)) };
    onResult(result);
    return result;
  };
  return verifyEach(target, executable, cases, work, deadlineMs);
}

/**
 * A single perturbation is a sample of size one: whether a ReLU input changes sign in it is random. A target that exceeds its
 * spread is therefore compared with the largest of several, and then verified at the next lower learning rate, since a step that
 * is too long takes a network to where float32 overflows. A wrong gradient or update rule fails in all of these.
 */
async function verifySteps(stepsCase: StepsCase, verify: Verify): Promise<Omit<StepsResult, 'stepsCase'>> {
  const { artefact, spread } = stepsCase;
  const outcome = await verify(artefact, { tolerance: toleranceOf(stepsCase, spread) });
  if (outcome.state !== 'wrong') return { verified: stepsCase, outcome };
  const maxSpread = await stepsCase.maxSpread();
  const tolerance = toleranceOf(stepsCase, largest([spread, maxSpread]));
  const second = await verify(artefact, { tolerance });
  if (second.state === 'ok') return { verified: stepsCase, maxSpread, outcome: second };
  const lower = await stepsCase.atLowerRate?.();
  const third = lower && (await verifySteps(lower, verify));
  return third?.outcome.state === 'ok' ? third : { verified: stepsCase, outcome };
}

export function largest(spreads: readonly Spread[]): Spread {
  return {
    loss: Math.max(...spreads.map(({ loss }) => loss)),
    weight: Math.max(...spreads.map(({ weight }) => weight)),
  };
}

/** Permitted rounding error relative to the declared tolerance: above 1 it replaces the declared tolerance. */
export function amplification({ artefact, spread }: StepsCase): number {
  const { loss, weight } = artefact.manifest.tolerance;
  return spreadFactor * Math.max(spread.loss / loss, spread.weight / weight);
}

/** Widens the declared tolerance of losses and weights to the permitted rounding error; outputs and gradients keep theirs. */
function toleranceOf({ artefact }: StepsCase, spread: Spread): Tolerance {
  const declared = artefact.manifest.tolerance;
  return {
    ...declared,
    loss: Math.max(declared.loss, spreadFactor * spread.loss),
    weight: Math.max(declared.weight, spreadFactor * spread.weight),
  };
}

/** Divergence of the reference. @param perturbed the same computation from perturbed weights */
export async function spreadOf(artefact: Artefact, perturbed: Artefact): Promise<Spread> {
  const { weights: initial, ...reference } = await loadReference(artefact.folder);
  const { expected: actual } = await loadReference(perturbed.folder);
  const checks = new Map(checkParity({ ...reference, initial, actual }).map((check) => [check.what, check]));
  const errorOf = (what: 'loss' | 'weight') =>
    required(checks, what, 'parity checks').error ?? Number.POSITIVE_INFINITY;
  return { loss: errorOf('loss'), weight: errorOf('weight') };
}
