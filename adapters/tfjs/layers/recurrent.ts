/** Recurrent layers: forward, backward or both, from given states, and what the plan reads of their outputs. */
import type { Shape, SymbolicTensor, Tensor } from '@tensorflow/tfjs';
import { at } from '../../../common/at.js';
import type { RecurrentSettings } from '../../lowering/operations/operation.js';
import type { Layer, Tf } from '../tf.js';
import { type LayerOf, type LayerTable, type Of, zeros } from './layer.js';

type Recurrent = 'LSTM' | 'GRU' | 'RNN';

const gates = { Sigmoid: 'sigmoid', HardSigmoid: 'hardSigmoid' } as const;
const cells = { Tanh: 'tanh', Relu: 'relu' } as const;

const recurrent: LayerOf<Recurrent> = (tf, operation) => {
  const { kind, settings } = operation;
  const layer = layerOf(tf, kind, settings);
  const { given } = settings;
  const isState = (name: string) => name.startsWith('initial');
  return {
    layer,
    weights: given.flatMap((name, place) => (isState(name) ? [] : place + 1)),
    apply: ([x, ...states]) => {
      const stateful = states.length > 0 ? keepingArguments(layer) : layer;
      const applied = stateful.apply(x as SymbolicTensor, states.length > 0 ? { initialState: states } : {});
      return outputsOf(tf, operation, [applied].flat() as SymbolicTensor[]);
    },
  };
};

function layerOf(
  tf: Tf,
  kind: Recurrent,
  { hidden, direction, given, read, activations }: RecurrentSettings,
): Layer {
  const common = {
    ...zeros,
    units: hidden,
    recurrentInitializer: 'zeros',
    useBias: given.includes('bias'),
    activation: cells[activations?.cell ?? 'Tanh'],
    goBackwards: direction === 'reverse',
    returnSequences: read.includes('sequence'),
    returnState: read.length > 1 || read.includes('cell'),
  } as const;
  // Its own default for the gates is HardSigmoid.
  const recurrentActivation = gates[activations?.gates ?? 'Sigmoid'];
  const layer = {
    LSTM: () => tf.layers.lstm({ ...common, recurrentActivation, unitForgetBias: false }),
    GRU: () => tf.layers.gru({ ...common, recurrentActivation }),
    RNN: () => tf.layers.simpleRNN(common),
  }[kind]();
  return direction === 'bidirectional' ? tf.layers.bidirectional({ layer, mergeMode: 'concat' }) : layer;
}

/** The layer gives its output, and then the states of each direction: hidden, and the cell of an LSTM. */
function outputsOf(
  tf: Tf,
  { kind, settings }: Of<Recurrent>,
  [first, ...states]: readonly SymbolicTensor[],
): readonly (SymbolicTensor | undefined)[] {
  const { direction, read } = settings;
  const kept = kind === 'LSTM' ? 2 : 1;
  const joined = (offset: number): SymbolicTensor => {
    const found = states.filter((_, position) => position % kept === offset);
    return found.length === 1 ? at(found, 0) : (tf.layers.concatenate().apply(found) as SymbolicTensor);
  };
  const last = () => (read.includes('sequence') ? joined(0) : first);
  const all = () => (direction === 'reverse' ? inOrder(tf, first as SymbolicTensor) : first);
  return [
    read.includes('sequence') ? all() : undefined,
    read.includes('last') ? last() : undefined,
    ...(read.includes('cell') ? [joined(1)] : []),
  ];
}

/** A layer that goes backwards gives its steps in the order in which it took them. */
function inOrder(tf: Tf, steps: SymbolicTensor): SymbolicTensor {
  class Reversed extends tf.layers.Layer {
    static className = 'Reversed';

    override computeOutputShape(shape: Shape): Shape {
      return shape;
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      return tf.reverse(at([inputs].flat(), 0), 1);
    }
  }
  return new Reversed({}).apply(steps) as SymbolicTensor;
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

const gru: LayerOf<'GRU'> = (tf, operation, shapes) =>
  operation.settings.linearBeforeReset ? undefined : recurrent(tf, operation, shapes);

export const recurrentLayers: LayerTable = { LSTM: recurrent, GRU: gru, RNN: recurrent };
