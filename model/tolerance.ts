/** The tolerance of a parity check: what a workload declares for float32 on processors, by the arithmetic and the device used. */
import { TouchstoneError } from '../common/errors.js';
import type { Precision, Tolerance } from './workload.js';

type Error = 'output' | 'loss' | 'gradient' | 'weight';
const errors: readonly Error[] = ['output', 'loss', 'gradient', 'weight'];

/**
 * Factor on the declared tolerance of float32. CUDA's libraries round every operation as processors do, in another order of
 * summation. Shaders may be off by several units in the last place in `exp`, `tanh` and division (WGSL, "Accuracy of
 * Concrete Floating Point Expressions"; GLSL ES leaves it open).
 */
const deviceFactor: Readonly<Record<string, number>> = { cpu: 1, cuda: 1, webgpu: 10, webgl: 10 };

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

/**
 * @param declared for float32 on processors
 * @param device kind of the device
 * @throws TouchstoneError('internal') for a kind of device without an entry
 */
export function toleranceFor(declared: Tolerance, precision: Precision, device: string): Tolerance {
  const factor = deviceFactor[device];
  if (factor === undefined) {
    throw new TouchstoneError('internal', `no tolerance is defined for ${precision} on ${device}`, {
      hint: 'add the device to model/tolerance.ts, with the reason for its factor',
    });
  }
  const widened = errors.map(
    (error) => [error, Math.max(factor * declared[error], minTolerance[precision])] as const,
  );
  return { ...declared, ...Object.fromEntries(widened) };
}
