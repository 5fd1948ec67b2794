/** What a plan becomes in TensorFlow.js, and the variables that hold its constants. */
import type { Tensor, Variable } from '@tensorflow/tfjs';
import type { Tensors } from '../adapter.js';
import { hostConstant } from '../lowering/host.js';
import type { PlannedConstant } from '../lowering/plan.js';
import type { Tf } from './tf.js';

export interface BuiltModel {
  /** Every constant that a step may change: trained ones, and what layers keep beside them. */
  readonly held: readonly Held[];
  /** The outputs in the plan's order; called within `tf.tidy`. */
  infer(inputs: Tensor[]): Tensor[];
  /** The same with everything that gradients need. */
  train(inputs: Tensor[]): Tensor[];
  dispose(): void;
}

/** A constant and the variable that holds it, perhaps in another shape. */
export interface Held {
  readonly constant: PlannedConstant;
  readonly variable: Variable;
}

/** The artefact's values again. */
export function assign(tf: Tf, { constant, variable }: Held, weights: Tensors): void {
  const { data } = hostConstant(constant, weights);
  tf.tidy(() => variable.assign(tf.tensor(data, variable.shape)));
}
