/**
 * Correct before fast: compares what a worker computed with the reference, tensor by tensor.
 *
 * The error of a tensor is ‖actual − reference‖₂ / ‖reference‖₂ over the whole tensor, accumulated in float64; an output is also
 * judged by its type and by its elements (`outputs.ts`). Weights are compared by how far they moved, (w_k − w_0), because a wrong
 * optimiser hides behind weights that hardly move.
 *
 * A gradient may be zero by nature, as that of a bias which batch normalisation takes away again; what is computed of it is the
 * rounding of sums as large as the others. So a gradient or a movement is compared with a hundredth of the largest tensor's
 * where its own is smaller.
 */
import type { ParityCheck } from '../../common/run/results.js';
import { elementsOf } from '../../model/float16.js';
import type { Tensor, Tensors } from '../../model/graph.js';
import type { CheckTolerance } from '../../model/tolerance.js';
import type { Optimiser } from '../../model/workload.js';
import { type Evidence, evidenceOf } from './evidence.js';
import { outputError, outputTolerance } from './outputs.js';
import { mismatchOf, norms, relative, type TensorError } from './tensor-error.js';

export interface ParityInput {
  readonly expected: Tensors;
  readonly actual: Tensors;
  /** The first weights, by parameter name. */
  readonly initial: Tensors;
  readonly tolerance: CheckTolerance;
  /** By which the weights were trained. */
  readonly optimiser?: Optimiser;
}

/**
 * One check for each kind of quantity that the reference holds. Gradients may be absent altogether (a framework that
 * does not expose them), then the weights after k steps stand for them; nothing else may be missing.
 */
export function checkParity(input: ParityInput): ParityCheck[] {
  const { expected, actual, tolerance } = input;
  const names = Object.keys(expected);
  const withPrefix = (prefix: string) => names.filter((name) => name.startsWith(prefix));
  const evidence = (name: string) => evidenceOf(expected, name.slice('output/'.length));
  const movedByGradient = movedByGradients(input);
  const exposesGradients = Object.keys(actual).some((name) => name.startsWith('gradient/'));
  const checks = [
    worst(
      'output',
      withPrefix('output/'),
      (name) => outputTolerance(tolerance, evidence(name)).output,
      (name) => outputError(expected[name], actual[name], tolerance, evidence(name)),
    ),
    worst('loss', withPrefix('losses'), alike(tolerance.loss), (name) =>
      lossError(expected[name], actual[name]),
    ),
    worst(
      'gradient',
      exposesGradients ? withPrefix('gradient/') : [],
      alike(tolerance.gradient),
      (name) => errorOf(expected[name], actual[name]),
      ofLargest,
    ),
    worst(
      'weight',
      withPrefix('weight/').filter((name) => hasAny(expected[name], movedByGradient(name))),
      alike(tolerance.weight),
      (name) =>
        moveError(
          expected[name],
          actual[name],
          input.initial[name.slice('weight/'.length)],
          movedByGradient(name),
        ),
      ofLargest,
    ),
  ];
  return checks.filter((check) => check !== undefined);
}

/** Share of the largest gradient below which one is nothing but rounding, or so small that a rule's epsilon shows. */
const rounding = 1e-9;

/** Whether an element of a tensor is to be compared. */
type Choice = (index: number) => boolean;
const everything: Choice = () => true;

/**
 * The elements of each weight that a gradient moves. Adam and RMSProp divide a gradient by its own size: where there is none by
 * nature, as of a bias that batch normalisation takes away again, they take a whole step in whichever direction the rounding points,
 * which no two frameworks share and which changes nothing. Where it is all but gone, as at the beginning of a long sequence, it
 * hangs on where a framework adds its epsilon. What had a gradient of a size in the first step has neither in later ones.
 */
function movedByGradients({ expected, optimiser }: ParityInput): (weight: string) => Choice {
  if (optimiser?.name !== 'adam' && optimiser?.name !== 'rmsprop') return () => everything;
  const prefix = 'gradient/';
  const gradients = new Map<string, readonly number[]>(
    Object.entries(expected).flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[`weight/${name.slice(prefix.length)}`, numbers(tensor)] as const] : [],
    ),
  );
  const largest = [...gradients.values()].reduce(
    (most, gradient) => gradient.reduce((all, value) => Math.max(all, Math.abs(value)), most),
    0,
  );
  return (weight) => {
    const gradient = gradients.get(weight);
    return gradient ? (index) => Math.abs(gradient[index] ?? 0) >= rounding * largest : everything;
  };
}

/** An audited output of a timed iteration, by a name to show. */
export interface AuditPair {
  readonly name: string;
  readonly expected: Tensor | undefined;
  readonly actual: Tensor | undefined;
  readonly evidence?: Evidence;
}

export function checkAudit(pairs: readonly AuditPair[], tolerance: CheckTolerance): ParityCheck {
  const byName = new Map(pairs.map((pair) => [pair.name, pair]));
  const check = worst(
    'audit',
    [...byName.keys()],
    (name) => outputTolerance(tolerance, byName.get(name)?.evidence).output,
    (name) => {
      const pair = byName.get(name);
      return outputError(pair?.expected, pair?.actual, tolerance, pair?.evidence);
    },
  );
  return (
    check ?? {
      what: 'audit',
      worst: '',
      error: null,
      tolerance: tolerance.output,
      passed: false,
      reason: 'nothing was kept for the audit',
    }
  );
}

/** Losses of a turn's first steps against the reference trajectory; null stands for a value that is not finite. */
export function checkLosses(
  losses: readonly (number | null)[],
  finite: boolean,
  expected: Tensor | undefined,
  tolerance: number,
): ParityCheck {
  const reference = expected ? numbers(expected).slice(0, losses.length) : [];
  if (!finite || losses.includes(null)) {
    return {
      what: 'audit',
      worst: 'losses',
      error: null,
      tolerance,
      passed: false,
      reason: 'a loss is not a finite number',
    };
  }
  const found = losses.map((loss) => loss ?? Number.NaN);
  const error = Math.max(...lossErrors(found, reference));
  if (!Number.isFinite(error)) {
    return { what: 'audit', worst: 'losses', error: null, tolerance, passed: false, reason: outOfRange };
  }
  return { what: 'audit', worst: 'losses', error, tolerance, passed: error <= tolerance };
}

/** The reason of an error that is no finite number: squares of what is far out of range overflow. */
const outOfRange = 'the error is not a finite number';
/** Share of the largest tensor's length below which a tensor is not compared with its own. */
const ofLargest = 1e-2;
/** Share of the largest loss below which a loss is not compared with itself. */
const lossShare = 0.1;

/** The same tolerance for every tensor. */
function alike(tolerance: number): (name: string) => number {
  return () => tolerance;
}

/**
 * The tensor that exceeds its tolerance the most.
 *
 * @param share of the longest reference below which a tensor's error is not relative to its own
 */
function worst(
  what: ParityCheck['what'],
  names: readonly string[],
  toleranceOf: (name: string) => number,
  measure: (name: string) => TensorError,
  share = 0,
): ParityCheck | undefined {
  const measured = names.map((name) => ({ name, found: measure(name) }));
  const lengths = measured.map(({ found }) => ('reference' in found ? found.reference : 0));
  const least = share * Math.max(0, ...lengths.filter(Number.isFinite));
  let largest: ParityCheck | undefined;
  for (const { name, found } of measured) {
    const reason = 'reason' in found ? found.reason : undefined;
    const tolerance = toleranceOf(name);
    const error =
      'reason' in found ? Number.NaN : relative(found.difference, Math.max(least, found.reference));
    if (!Number.isFinite(error)) {
      return { what, worst: name, error: null, tolerance, passed: false, reason: reason ?? outOfRange };
    }
    if (largest === undefined || error - tolerance > (largest.error ?? 0) - largest.tolerance) {
      largest = { what, worst: name, error, tolerance, passed: error <= tolerance };
    }
  }
  return largest;
}

function errorOf(expected: Tensor | undefined, actual: Tensor | undefined): TensorError {
  const mismatch = mismatchOf(expected, actual);
  if (mismatch !== undefined || !expected || !actual) return { reason: mismatch ?? 'missing' };
  const [reference, found] = [elementsOf(expected), elementsOf(actual)];
  return norms(reference.length, (index) => [Number(reference[index]), Number(found[index])]);
}

/** Mostly the first one decides; a weight may have a hundred million. */
function hasAny(tensor: Tensor | undefined, isChosen: Choice): boolean {
  const count = tensor?.data.length ?? 0;
  for (let index = 0; index < count; index++) if (isChosen(index)) return true;
  return false;
}

function moveError(
  expected: Tensor | undefined,
  actual: Tensor | undefined,
  initial: Tensor | undefined,
  isCompared: Choice,
): TensorError {
  const mismatch = mismatchOf(expected, actual) ?? mismatchOf(expected, initial);
  if (mismatch !== undefined || !expected || !actual || !initial) return { reason: mismatch ?? 'missing' };
  return norms(expected.data.length, (index) => {
    if (!isCompared(index) && Number.isFinite(actual.data[index])) return [0, 0];
    const start = Number(initial.data[index]);
    return [Number(expected.data[index]) - start, Number(actual.data[index]) - start];
  });
}

/**
 * A loss trajectory is judged by its worst step, so that a late divergence is not averaged away. Where a network has all but
 * learnt its batch by heart, what is left of the loss is the rounding of logits that cancel: below a tenth of the largest loss it
 * is compared with that tenth.
 */
function lossErrors(losses: readonly number[], reference: readonly number[]): number[] {
  const least = lossShare * Math.max(0, ...reference.map(Math.abs).filter(Number.isFinite));
  return losses.map((loss, step) => {
    const expected = reference[step] ?? Number.NaN;
    return relative(loss - expected, Math.max(least, Math.abs(expected)));
  });
}

function lossError(expected: Tensor | undefined, actual: Tensor | undefined): TensorError {
  const mismatch = mismatchOf(expected, actual);
  if (mismatch !== undefined || !expected || !actual) return { reason: mismatch ?? 'missing' };
  const losses = numbers(actual);
  const errors = lossErrors(losses, numbers(expected));
  return !errors.every(Number.isFinite)
    ? { reason: 'a loss is not a finite number' }
    : { difference: Math.max(...errors), reference: 1 };
}

function numbers(tensor: Tensor): number[] {
  return Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}
