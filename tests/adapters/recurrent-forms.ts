/** The forms in which backends take recurrent layers. */
import type { Capabilities, RecurrentForm } from '../../adapters/lowering/capabilities.js';
import { capabilitiesOf } from './operations-evaluator.js';

const two = { LSTM: 2, GRU: 2, RNN: 2 } as const;
export const forms: Readonly<Record<string, RecurrentForm>> = {
  'as PyTorch has them': {
    gates: { LSTM: 'ifco', GRU: 'rzh' },
    ...{ biases: two, transposed: false, batchFirst: false, states: 'stacked' },
  },
  'as PyTorch has them, batch first': {
    gates: { LSTM: 'ifco', GRU: 'rzh' },
    ...{ biases: two, transposed: false, batchFirst: true, states: 'stacked' },
  },
  'as Keras has them': {
    gates: { LSTM: 'ifco', GRU: 'zrh' },
    ...{ biases: { LSTM: 1, GRU: 'stacked', RNN: 1 }, transposed: true, batchFirst: true, states: 'joined' },
    activations: { gates: ['Sigmoid', 'HardSigmoid'], cell: ['Tanh', 'Relu'] },
  },
  'as JAX has them': {
    gates: { LSTM: 'iofc', GRU: 'zrh' },
    ...{ biases: { LSTM: 1, GRU: 2, RNN: 1 }, transposed: true, batchFirst: false, states: 'joined' },
    omitsZeroBias: true,
  },
  'as TensorFlow.js has them': {
    gates: { LSTM: 'ifco', GRU: 'zrh' },
    ...{ biases: { LSTM: 1, GRU: 'stacked', RNN: 1 }, transposed: true, batchFirst: true, states: 'joined' },
    omitsZeroBias: true,
  },
  'with one bias': {
    gates: { LSTM: 'ifco', GRU: 'zrh' },
    ...{ biases: { LSTM: 1, GRU: 1, RNN: 1 }, transposed: true, batchFirst: true, states: 'joined' },
  },
};

export function withForm(form: RecurrentForm): Capabilities {
  const capabilities = capabilitiesOf('last', 'all');
  const layers = { LSTM: () => undefined, GRU: () => undefined, RNN: () => undefined };
  return { ...capabilities, recurrent: form, operations: { ...capabilities.operations, ...layers } };
}
