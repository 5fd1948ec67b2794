/** LSTM layers: forward, backward or both, from given states, and what the plan asks of their outputs. */
import type { SymbolicTensor } from '@tensorflow/tfjs';
import type { DefinitionOf } from '../lowering/layers/layer-plan.js';
import { customLayer, present } from './custom-layer.js';
import type { Layer, Tf } from './tf.js';

type Lstm = DefinitionOf<'lstm'>;

/** Its own default for the gates is the piecewise linear stand-in of logistic ones. */
export function lstm(tf: Tf, definition: Lstm): Layer {
  const { units, useBias, direction, activation, recurrentActivation, returns } = definition;
  const layer = tf.layers.lstm({
    units,
    useBias,
    activation,
    recurrentActivation,
    unitForgetBias: false,
    goBackwards: direction === 'reverse',
    returnSequences: returns.includes('sequence'),
    returnState: returns.length > 1 || returns.includes('cell'),
    recurrentInitializer: 'zeros',
    kernelInitializer: 'zeros',
    biasInitializer: 'zeros',
  });
  return direction === 'bidirectional' ? tf.layers.bidirectional({ layer, mergeMode: 'concat' }) : layer;
}

/**
 * The layer's outputs in the order of the plan.
 *
 * @param inputs the sequence, and the first states
 */
export function applyLstm(
  tf: Tf,
  layer: Layer,
  definition: Lstm,
  [x, ...states]: readonly (SymbolicTensor | undefined)[],
): readonly SymbolicTensor[] {
  const { direction, returns } = definition;
  const given = states.length > 0 ? keepingArguments(layer) : layer;
  const applied = given.apply(present(x), states.length > 0 ? { initialState: states.map(present) } : {});
  const [first, ...after] = [applied].flat() as SymbolicTensor[];
  // Hidden and cell, of each direction.
  const joined = (offset: number) => {
    const found = after.filter((_, position) => position % 2 === offset);
    return found.length === 1 ? found[0] : (tf.layers.concatenate().apply(found) as SymbolicTensor);
  };
  return returns.map((output) => {
    if (output === 'cell') return present(joined(1));
    if (output === 'last') return present(returns.includes('sequence') ? joined(0) : first);
    return direction === 'reverse' ? inOrder(tf, present(first)) : present(first);
  });
}

/** A layer that goes backwards gives its steps in the order in which it took them. */
function inOrder(tf: Tf, sequence: SymbolicTensor): SymbolicTensor {
  const reversal = customLayer(tf, {
    compute: ([x]) => tf.reverse(present(x), 1),
    outputShape: ([shape]) => shape ?? [],
  });
  return reversal.apply(sequence) as SymbolicTensor;
}

/**
 * `RNN.apply` of 4.22.0 writes its first states into the arguments that it is handed, which in training are those of
 * every layer: the next one would take them for its own.
 */
function keepingArguments(layer: Layer): Layer {
  const apply = layer.apply.bind(layer);
  layer.apply = (inputs, kwargs) => apply(inputs, { ...kwargs });
  return layer;
}
