/**
 * An output against its reference, by the type that ONNX gives it: floating point by its norm and by its worst element, integers
 * and booleans by equality.
 */
import { elementsOf } from '../../model/float16.js';
import type { DataType, Tensor } from '../../model/graph.js';
import type { CheckTolerance } from '../../model/tolerance.js';
import { worstElement } from './elements.js';
import type { Evidence } from './evidence.js';
import { mismatchOf, norms, relative, type TensorError } from './tensor-error.js';
import { wholeNumberMismatch } from './whole-numbers.js';

/** Integers that stand for floating-point values, in a graph that quantises. */
const steps: ReadonlySet<DataType> = new Set(['int8', 'uint8', 'int16', 'uint16']);

/** Of an output; where one may differ by more, comparing it says nothing. */
const maxTolerance = 0.5;

/** As declared; more where rounding to other steps alone changes the output by more. */
export function outputTolerance(declared: CheckTolerance, { spread = 0 }: Evidence = {}): CheckTolerance {
  return { ...declared, output: Math.max(declared.output, Math.min(spread, maxTolerance)) };
}

export function outputError(
  expected: Tensor | undefined,
  actual: Tensor | undefined,
  declared: CheckTolerance,
  evidence: Evidence = {},
): TensorError {
  const tolerance = outputTolerance(declared, evidence);
  const mismatch = mismatchOf(expected, actual);
  if (mismatch !== undefined || !expected || !actual) return { reason: mismatch ?? 'missing' };
  const isQuantised = tolerance.elements === 'coarse' && steps.has(expected.type) && !evidence.ranked;
  if (!expected.type.startsWith('float') && !isQuantised) {
    const reason = wholeNumberMismatch(expected, actual, tolerance, evidence);
    return reason === undefined ? { difference: 0, reference: 1 } : { reason };
  }
  return floatingPointError(elementsOf(expected), elementsOf(actual), tolerance, evidence);
}

/** With a length of at least that of the floor everywhere; a reference of zero stays one. */
function floatingPointError(
  expected: Tensor['data'],
  actual: Tensor['data'],
  tolerance: CheckTolerance,
  { rounding, spread = 0 }: Evidence,
): TensorError {
  const count = expected.length;
  const found = norms(count, (index) => [Number(expected[index]), Number(actual[index])]);
  if ('reason' in found || found.reference === 0) return found;
  const least = (tolerance.floor ?? 0) * Math.sqrt(count);
  const whole = { ...found, reference: Math.max(found.reference, least) };
  // What is wrong as a whole has no element of its own.
  if (!(relative(whole.difference, whole.reference) <= tolerance.output)) {
    return spread > maxTolerance ? { reason: undetermined(spread) } : whole;
  }
  const reason = worstElement({ expected, actual, norm: found.reference, tolerance, rounding });
  return reason === undefined ? whole : { reason };
}

function undetermined(spread: number): string {
  const share = `${Math.round(100 * spread)} %`;
  return `rounding to other steps alone changes it by ${share}; give inputs that the model was made for: --range or --inputs`;
}
