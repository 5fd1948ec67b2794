/** The tolerance of a parity check: what a workload declares for float32 on processors, by the arithmetic and the device used. */
import { TouchstoneError } from '../common/errors.js';
import { accumulatedTerms } from './accumulation.js';
import type { Graph } from './graph.js';
import { quantisationDepth } from './quantisation-depth.js';
import type { Precision, Tolerance } from './workload.js';

type Error = 'output' | 'loss' | 'gradient' | 'weight';
const errors: readonly Error[] = ['output', 'loss', 'gradient', 'weight'];

/**
 * Factor on the declared tolerance of float32. CUDA's libraries round every operation as processors do, in another order of
 * summation. Shaders may be off by several units in the last place in `exp`, `tanh` and division (WGSL, "Accuracy of
 * Concrete Floating Point Expressions"; GLSL ES leaves it open), and so may whatever computes for WebNN.
 */
const deviceFactor: Readonly<Record<string, number>> = {
  ...{ cpu: 1, cuda: 1 },
  ...{ webgpu: 10, webgl: 10, webnn: 10 },
};

/**
 * The smallest tolerance in other arithmetic: forty times the rounding unit, 2⁻¹¹ of float16 and 2⁻⁸ of bfloat16; five of the 256 steps
 * of an 8-bit range.
 */
const minTolerance: Readonly<Record<Precision, number>> = {
  float32: 0,
  float64: 0,
  float16: 2e-2,
  bfloat16: 1.6e-1,
  int8: 2e-2,
};

/** What one element of an output may be off by, besides the norm of the whole. */
export interface ElementTolerance {
  /** Share of an element's size and of its tensor's root mean square: forty times the rounding of a sum of that length. */
  readonly accumulation: number;
  /** Factor on what the reference itself is off by in float32: other orders of summation, other kernels. */
  readonly measured: number;
}

/** `coarse`: a step of its arithmetic may be as large as the tolerance of the norm says. */
export interface CheckTolerance extends Tolerance {
  readonly elements?: ElementTolerance | 'coarse';
}

/** Unit roundoff of float32. */
const roundoff = 2 ** -24;
const accumulationFactor = 40;
const measuredFactor = 16;

/**
 * Rounding errors of n terms are independent, so that their sum grows with √n (Higham and Mary, "A new approach to probabilistic
 * rounding error analysis", 2019).
 */
export function elementTolerance(graph: Graph): ElementTolerance | 'coarse' {
  if (isCoarse(graph)) return 'coarse';
  return {
    accumulation: accumulationFactor * roundoff * Math.sqrt(accumulatedTerms(graph)),
    measured: measuredFactor,
  };
}

/** Whether the graph has float16 values, or quantises on the way. */
export function isCoarse(graph: Graph): boolean {
  if (graph.whole?.isCoarse) return true;
  return quantisationDepth(graph) > 0 || Object.values(graph.values).some(({ type }) => type === 'float16');
}

/**
 * @param declared for float32 on processors
 * @param device kind of the device
 * @throws TouchstoneError('internal') for a kind of device without an entry
 */
export function toleranceFor(declared: CheckTolerance, precision: Precision, device: string): CheckTolerance {
  const factor = deviceFactor[device];
  if (factor === undefined) {
    throw new TouchstoneError('internal', `no tolerance is defined for ${precision} on ${device}`, {
      hint: 'add the device to model/tolerance.ts, with the reason for its factor',
    });
  }
  const widened = errors.map(
    (error) => [error, Math.max(factor * declared[error], minTolerance[precision])] as const,
  );
  const elements = minTolerance[precision] > 0 ? 'coarse' : scaled(declared.elements, factor);
  return { ...declared, ...Object.fromEntries(widened), ...(elements ? { elements } : {}) };
}

function scaled(elements: CheckTolerance['elements'], factor: number): CheckTolerance['elements'] {
  if (elements === undefined || elements === 'coarse') return elements;
  return { accumulation: factor * elements.accumulation, measured: factor * elements.measured };
}
