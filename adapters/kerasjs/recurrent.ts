/** LSTM layers of Keras.js: one output, from zeros, with a bias. */
import type { DefinitionOf } from '../lowering/layers/layer-plan.js';
import { refuse } from '../lowering/refusal.js';
import type { KerasLayer } from './keras-layer.js';

/** Logistic gates must be asked for: its default is their piecewise linear stand-in. */
export function lstm(definition: DefinitionOf<'lstm'>, hasStates: boolean): KerasLayer {
  const { units, useBias, direction, returns } = definition;
  if (returns.includes('cell')) refuse('Keras.js has no LSTM that gives its last cell');
  if (returns.length > 1) refuse('Keras.js has no LSTM that gives every hidden state and the last one apart');
  if (hasStates) refuse('Keras.js has no LSTM that begins with given states');
  if (!useBias) refuse('Keras.js has no LSTM without a bias: it fails on the weight that is not there');
  const config = {
    units,
    activation: definition.activation,
    recurrent_activation: definition.recurrentActivation === 'sigmoid' ? 'sigmoid' : 'hard_sigmoid',
    use_bias: true,
    return_sequences: returns.includes('sequence'),
  };
  const weightNames = ['kernel', 'recurrent_kernel', 'bias'];
  if (direction === 'forward') return { className: 'LSTM', config, weightNames };
  if (direction === 'bidirectional') return bidirectional(config, weightNames);
  if (config.return_sequences) refuse('Keras.js has no layer that turns the steps of a backward LSTM round');
  return { className: 'LSTM', config: { ...config, go_backwards: true }, weightNames };
}

function bidirectional(config: KerasLayer['config'], weightNames: readonly string[]): KerasLayer {
  return {
    className: 'Bidirectional',
    config: { layer: { class_name: 'LSTM', config: { ...config, name: 'lstm' } }, merge_mode: 'concat' },
    weightNames: ['forward', 'backward'].flatMap((prefix) =>
      weightNames.map((name) => `${prefix}_lstm/${name}`),
    ),
  };
}
