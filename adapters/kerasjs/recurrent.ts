/** Recurrent layers of Keras.js: one output, from zero states. */
import { at, required } from '../../common/at.js';
import type { RecurrentSettings } from '../lowering/operations/operation.js';
import type { PlannedOperation } from '../lowering/plan.js';
import type { KerasLayer, NamedWeight } from './keras-layer.js';

export const recurrentKinds = ['LSTM', 'GRU', 'RNN'] as const;

type RecurrentKind = (typeof recurrentKinds)[number];

const classNames = { LSTM: 'LSTM', GRU: 'GRU', RNN: 'SimpleRNN' } as const;
const gates = { Sigmoid: 'sigmoid', HardSigmoid: 'hard_sigmoid' } as const;
const cells = { Tanh: 'tanh', Relu: 'relu' } as const;
const weightNames = { w: 'kernel', r: 'recurrent_kernel', bias: 'bias' };

export function isRecurrent(
  operation: PlannedOperation,
): operation is Extract<PlannedOperation, { kind: RecurrentKind }> {
  return recurrentKinds.some((kind) => kind === operation.kind);
}

/** Sigmoid gates must be asked for: its default is hard_sigmoid. */
export function recurrentLayer(
  kind: RecurrentKind,
  { hidden, direction, read, given, activations }: RecurrentSettings,
): KerasLayer {
  const className = classNames[kind];
  const config = {
    units: hidden,
    activation: cells[activations?.cell ?? 'Tanh'],
    recurrent_activation: gates[activations?.gates ?? 'Sigmoid'],
    use_bias: true,
    return_sequences: read.includes('sequence'),
    go_backwards: direction === 'reverse',
  };
  if (direction !== 'bidirectional') return { className, config, weightNames: given.map(weightName) };
  return {
    className: 'Bidirectional',
    config: { layer: { class_name: className, config: { ...config, name: 'layer' } }, merge_mode: 'concat' },
    weightNames: given.map((name) => {
      const direction = name.endsWith('Backward') ? 'backward' : 'forward';
      return `${direction}_layer/${weightName(name.replace('Backward', ''))}`;
    }),
  };
}

function weightName(name: string): string {
  return required(weightNames, name as keyof typeof weightNames, 'weights of a recurrent layer');
}

/** It fails without a bias. */
export function withZeroBiases(given: readonly NamedWeight[]): readonly NamedWeight[] {
  const names = new Set(given.map(([name]) => name));
  const zeros = given.flatMap(([name, { shape, type }]): readonly NamedWeight[] => {
    const bias = name.replace('recurrent_kernel', 'bias');
    if (names.has(bias)) return [];
    const count = at(shape, 1);
    const source = { kind: 'literal', data: Array.from({ length: count }, () => 0) } as const;
    return [[bias, { tensor: -1, type, shape: [count], trained: false, source }]];
  });
  return [...given, ...zeros];
}
