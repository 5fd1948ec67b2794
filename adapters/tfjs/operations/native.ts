/** How an operation of a plan is called: by the call of TensorFlow.js that does it, its settings read once at load. */
import type { Tensor } from '@tensorflow/tfjs';
import type { OperationKind, Operations } from '../../lowering/operations/operation.js';
import type { Tf } from '../tf.js';

/** @returns one tensor, or as many as the operation has results */
export type Call = (inputs: readonly Tensor[]) => Tensor | Tensor[];
export type Native<Kind extends OperationKind> = (tf: Tf, settings: Operations[Kind]) => Call;
export type NativeTable = { readonly [Kind in OperationKind]?: Native<Kind> };

/** Of one operand. */
export function ofOne<Settings = unknown>(
  call: (tf: Tf, x: Tensor, settings: Settings) => Tensor,
): (tf: Tf, settings: Settings) => Call {
  return (tf, settings) => (inputs) => call(tf, operand(inputs, 0), settings);
}

/** Of two operands. */
export function ofTwo<Settings = unknown>(
  call: (tf: Tf, a: Tensor, b: Tensor, settings: Settings) => Tensor,
): (tf: Tf, settings: Settings) => Call {
  return (tf, settings) => (inputs) => call(tf, operand(inputs, 0), operand(inputs, 1), settings);
}

export function operand(inputs: readonly Tensor[], position: number): Tensor {
  const found = inputs[position];
  if (!found) throw new Error(`an operation lacks its operand ${position}`);
  return found;
}
