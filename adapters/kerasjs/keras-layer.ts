/** Parts of the JSON of a Keras model. */
import type { PerAxis } from '../lowering/operations/operation.js';
import type { FusedActivation, PlannedConstant, PlannedOperation } from '../lowering/plan.js';

/** An entry of `layers` in the JSON of a Keras model. */
export interface KerasLayer {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Names of its weights, in the order of the operation's operands behind its first. */
  readonly weightNames: readonly string[];
}

/** By the name that the layer has for it. */
export type NamedWeight = readonly [string, PlannedConstant];

export const kernelAndBias = ['kernel', 'bias'];

export const activations: Readonly<Partial<Record<PlannedOperation['kind'], string>>> = {
  Relu: 'relu',
  Sigmoid: 'sigmoid',
  Tanh: 'tanh',
  Softsign: 'softsign',
  Selu: 'selu',
  HardSigmoid: 'hard_sigmoid',
  Softmax: 'softmax',
};

export function without(className: string, config: Readonly<Record<string, unknown>> = {}): KerasLayer {
  return { className, config, weightNames: [] };
}

/** Flatten hands on a vector itself, Reshape copies it. Shapes with the batch. */
export function reshape(from: PerAxis, to: PerAxis): KerasLayer {
  return from.length > 2 && to.length === 2
    ? without('Flatten')
    : without('Reshape', { target_shape: to.slice(1) });
}

/** The setting of a layer that applies an activation to its result. */
export function fused(activation: FusedActivation | undefined) {
  return { activation: activation ? activations[activation.kind] : 'linear' };
}
