/** How an operation of a plan becomes a layer of the Layers API. */
import type { SymbolicTensor } from '@tensorflow/tfjs';
import type { OperationKind, Operations } from '../../lowering/operations/operation.js';
import type { PlannedOperation } from '../../lowering/plan.js';
import type { Layer, Tf } from '../tf.js';

export interface Of<Kind extends OperationKind>
  extends Pick<PlannedOperation, 'inputs' | 'results' | 'activation'> {
  readonly kind: Kind;
  readonly settings: Operations[Kind];
}

/** Shapes of an operation's operands and results, the batch first. */
export interface Shapes {
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
}

export interface OwnLayer {
  readonly layer: Layer;
  /** Positions of the operands that are its weights, in the order in which it lists its own; none where left out. */
  readonly weights?: readonly number[];
  /** Its outputs in the order of the plan; undefined for one that nothing reads. `layer.apply` where left out. */
  apply?(inputs: readonly SymbolicTensor[]): readonly (SymbolicTensor | undefined)[];
}

/** Undefined where the Layers API has no layer with these settings. */
export type LayerOf<Kind extends OperationKind> = (
  tf: Tf,
  operation: Of<Kind>,
  shapes: Shapes,
) => OwnLayer | undefined;

export type LayerTable = { readonly [Kind in OperationKind]?: LayerOf<Kind> };

/** Weights are set right after: there is no point in drawing them first. */
export const zeros = { kernelInitializer: 'zeros', biasInitializer: 'zeros' } as const;

/** The operands behind the first. */
export function behindFirst({ inputs }: Pick<PlannedOperation, 'inputs'>): readonly number[] {
  return inputs.slice(1).map((_, place) => place + 1);
}

const activations = { Relu: 'relu', Sigmoid: 'sigmoid', Tanh: 'tanh', Softmax: 'softmax' } as const;

/** @throws Error for an activation that the capabilities do not name */
export function activationOf({
  activation,
}: Pick<PlannedOperation, 'activation'>): 'linear' | (typeof activations)[keyof typeof activations] {
  if (!activation) return 'linear';
  const found = activations[activation.kind as keyof typeof activations];
  if (!found) throw new Error(`TensorFlow.js has no layer with activation ${activation.kind}`);
  return found;
}
