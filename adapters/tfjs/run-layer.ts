/** A layer of our own, written as the guide to custom layers of TensorFlow.js shows: what the Layers API has no layer for. */
import type { Shape, SymbolicTensor, Tensor } from '@tensorflow/tfjs';
import { at } from '../../common/at.js';
import type { Result } from '../lowering/operations/emitter.js';
import type { Layer, Tf } from './tf.js';

export interface Computation {
  /** Of each result; shapes with the batch. */
  readonly results: readonly Result[];
  /** @param training whether gradients need what is computed in between */
  compute(inputs: readonly Tensor[], training: boolean): Tensor[];
}

/** The results of a computation as symbolic tensors. */
export function applyComputation(
  tf: Tf,
  computation: Computation,
  inputs: SymbolicTensor[],
): readonly SymbolicTensor[] {
  const symbols = [customLayer(tf, computation).apply(inputs)].flat() as SymbolicTensor[];
  // 4.22.0 takes the results of every layer for float32, and casts them to that.
  return symbols.map((symbol, place) =>
    Object.assign(symbol, { dtype: at(computation.results, place).type }),
  );
}

function customLayer(tf: Tf, { results, compute }: Computation): Layer {
  const shapes = results.map(({ shape }): Shape => [...shape]);
  class CustomLayer extends tf.layers.Layer {
    static className = 'CustomLayer';

    override computeOutputShape(): Shape | Shape[] {
      return shapes.length === 1 ? at(shapes, 0) : shapes;
    }

    override call(inputs: Tensor | Tensor[], { training }: { training?: boolean }): Tensor | Tensor[] {
      const list = Array.isArray(inputs) ? inputs : [inputs];
      const found = tf.tidy(() => compute(list, training === true));
      return found.length === 1 ? at(found, 0) : found;
    }
  }
  return new CustomLayer({});
}
