/**
 * A target through many steps of training, with its real worker and the parity gate of every run.
 *
 * Some networks make much of little over many steps: rounding alone takes them further apart than the declared tolerance. How far
 * is measured with the reference itself, in float64, from first weights that are one rounding of float32 off (`suites/perturbed.ts`).
 */
import type { Target } from '../../adapters/adapter.js';
import type { Artefact } from '../../model/artefact/artefact.js';
import type { Tolerance } from '../../model/workload.js';
import type { OptimiserName } from '../../suites/optimisers.js';
import { checkParity } from '../parity/parity.js';
import { loadReference } from '../parity/reference.js';
import { type Judge, type Outcome, onOneWorker } from './small-models.js';

export interface PreparedSteps {
  readonly workload: string;
  readonly batch: number;
  readonly optimiser: OptimiserName;
  /** Of the learning rate. */
  readonly slowdown: number;
  readonly artefact: Artefact;
  /** How far the nudged reference parts from the reference. */
  readonly spread: Spread;
  /** The widest of others: nudges by other chances, and in Adam longer steps. They take long, so only where it comes to them. */
  readonly further: () => Promise<Spread>;
  /** The same at the next slower rate that there is. */
  readonly slower?: () => Promise<PreparedSteps>;
}

/** Relative errors, of the worst loss and of the worst tensor's movement. */
export interface Spread {
  readonly loss: number;
  readonly weight: number;
}

/**
 * A float32 computation rounds once in every operation, not once in every weight: some of them add up. Ten was enough for every target
 * that otherwise agrees; a wrong rule or a wrong gradient is hundreds off, where a network is not so far gone that no float32
 * computation tells anything.
 */
const roundings = 10;

/** Of all steps together: in plain JavaScript twenty of a large embedding take minutes. */
const deadlineMs = 20 * 60_000;

export interface StepsResult {
  readonly steps: PreparedSteps;
  /** The same, or at the slower rate of the outcome. */
  readonly settled: PreparedSteps;
  /** Where it was held to those. */
  readonly further?: Spread;
  readonly outcome: Outcome;
}

export async function runTrainingSteps(
  target: Target,
  prepared: readonly PreparedSteps[],
  executable: string | undefined,
  onResult: (result: StepsResult) => void,
): Promise<StepsResult[]> {
  const work = async (steps: PreparedSteps, judge: Judge) => {
    const result = { steps, ...(await settle(steps, judge)) };
    onResult(result);
    return result;
  };
  return onOneWorker(target, executable, prepared, work, deadlineMs);
}

/**
 * One nudge is a sample of one: whether a rectifier falls to the other side in it is chance. What parts is held to the widest of
 * several, and then tried at the next slower rate: a step that throws a network far off has float32 run out of range. A wrong gradient
 * or rule parts from all of them at every rate, and is told at the first.
 */
async function settle(steps: PreparedSteps, judge: Judge): Promise<Omit<StepsResult, 'steps'>> {
  const outcome = await judge(steps.artefact, { tolerance: toleranceOf(steps, steps.spread) });
  if (outcome.state !== 'wrong') return { settled: steps, outcome };
  const further = await steps.further();
  const tolerance = toleranceOf(steps, widest([steps.spread, further]));
  const second = await judge(steps.artefact, { tolerance });
  if (second.state === 'ok') return { settled: steps, further, outcome: second };
  const slower = await steps.slower?.();
  const again = slower && (await settle(slower, judge));
  return again?.outcome.state === 'ok' ? again : { settled: steps, outcome };
}

export function widest(spreads: readonly Spread[]): Spread {
  return {
    loss: Math.max(...spreads.map(({ loss }) => loss)),
    weight: Math.max(...spreads.map(({ weight }) => weight)),
  };
}

/** What rounding comes to, as a share of the declared tolerance: above 1 it decides. */
export function unrest({ artefact, spread }: PreparedSteps): number {
  const { loss, weight } = artefact.manifest.tolerance;
  return roundings * Math.max(spread.loss / loss, spread.weight / weight);
}

/** The declared tolerance, or what rounding comes to where that is more. First outputs and gradients are held to the declared one. */
function toleranceOf({ artefact }: PreparedSteps, spread: Spread): Tolerance {
  const declared = artefact.manifest.tolerance;
  return {
    ...declared,
    loss: Math.max(declared.loss, roundings * spread.loss),
    weight: Math.max(declared.weight, roundings * spread.weight),
  };
}

/** @param nudged the same computation from nudged weights */
export async function spreadOf(artefact: Artefact, nudged: Artefact): Promise<Spread> {
  const { weights: initial, ...reference } = await loadReference(artefact.folder);
  const { expected: actual } = await loadReference(nudged.folder);
  const checks = checkParity({ ...reference, initial, actual });
  const errorOf = (kind: 'loss' | 'weight') => {
    const check = checks.find(({ what }) => what === kind);
    return check?.error ?? (check ? Number.POSITIVE_INFINITY : 0);
  };
  return { loss: errorOf('loss'), weight: errorOf('weight') };
}
