/**
 * What Keras 3.15.1 has of the vocabulary of operations, by backend:
 * `python-bridge/touchstone_bridge/frameworks/keras/{layers,operations}/`. Which types its calls keep was found by calling each
 * with every type beside NumPy: they cast 64-bit numbers to 32 bits on the way, and integers to float32, without an error.
 */
import { at, defined } from '../../common/at.js';
import type { DataType } from '../../model/graph.js';
import type { Mode } from '../adapter.js';
import {
  type Capabilities,
  type Limit,
  type OperationTable,
  type RecurrentForm,
  wholly,
} from '../lowering/capabilities.js';
import { all, any, isAbout, narrowed } from '../lowering/limits.js';
import { isOne } from '../lowering/lists.js';
import type { OperationKind } from '../lowering/operations/operation.js';
import { tensorflow, tensorflowInTraining } from '../tensorflow/capabilities.js';
import { stridedPoint } from '../tensorflow/windows.js';
import { bools, float32, floatingPoint, integers, numbers, of, without } from './types.js';
import { isDepthwise, windows } from './windows.js';

export type Backend = 'tensorflow' | 'jax' | 'torch';

const titles: Readonly<Record<Backend, string>> = {
  tensorflow: 'Keras on TensorFlow',
  jax: 'Keras on JAX',
  torch: 'Keras on PyTorch',
};

const elementwise: OperationTable = {
  ...all(floatingPoint, 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Cos', 'Cosh', 'Erf'),
  ...all(floatingPoint, 'Exp', 'Floor', 'HardSwish', 'Log', 'Mish', 'Reciprocal', 'Round', 'Sigmoid', 'Sin'),
  ...all(floatingPoint, 'Sinh', 'Softplus', 'Softsign', 'Sqrt', 'Tan', 'Tanh', 'Celu', 'Elu', 'Gelu'),
  ...all(floatingPoint, 'LeakyRelu', 'IsNaN'),
  ...all(numbers, 'Abs', 'Neg', 'Relu', 'Sign', 'Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min', 'Mod'),
  ...all(bools, 'Not', 'And', 'Or', 'Xor'),
  ...all(integers, 'BitwiseNot', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor', 'BitShift'),
  ...wholly('Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Where', 'Cast'),
  IsInf: any(floatingPoint, ({ negative, positive }) =>
    negative || positive ? undefined : 'IsInf that detects neither sign is not supported by Keras',
  ),
  // A plan is JSON, which has no infinities.
  Clip: any(numbers, ({ low, high }) =>
    low !== null && high !== null && Number.isFinite(low) && Number.isFinite(high) && low <= high
      ? undefined
      : `Clip with bounds ${low} and ${high} is not supported by Keras: it has two finite ones in order`,
  ),
  HardSigmoid: any(floatingPoint, ({ alpha, beta }) =>
    isAbout(alpha, 1 / 6) && beta === 0.5
      ? undefined
      : `HardSigmoid with alpha ${alpha} and beta ${beta} is not supported by Keras: it has 1/6 and 0.5`,
  ),
  Selu: any(floatingPoint, ({ alpha, gamma }) =>
    isAbout(alpha, 1.6732632423543772) && isAbout(gamma, 1.0507009873554805)
      ? undefined
      : `Selu with alpha ${alpha} and gamma ${gamma} is not supported by Keras`,
  ),
  Swish: any(floatingPoint, ({ alpha }) =>
    alpha === 1 ? undefined : `Swish with alpha ${alpha} is not supported by Keras`,
  ),
};

const alongElements: Limit<'ArgMax' | 'ArgMin'> = any(numbers, ({ axis }, [x]) =>
  at(defined(x, 'the first operand').shape, axis) === 0
    ? 'an axis without elements is not supported by Keras'
    : undefined,
);

const shapes: OperationTable = {
  ...all(numbers, 'ReduceSum', 'ReduceProd', 'ReduceMax', 'ReduceMin', 'CumSum', 'TopK', 'MatMul'),
  ...all(floatingPoint, 'ReduceMean', 'ReduceLogSumExp', 'Softmax', 'LogSoftmax', 'Einsum', 'Gemm'),
  ArgMax: alongElements,
  ArgMin: alongElements,
  ...wholly('Reshape', 'Transpose', 'Expand', 'Tile', 'Concat', 'Split', 'Slice', 'Reverse'),
  ...wholly('Gather', 'GatherElements', 'ScatterElements', 'ScatterND'),
  // A plan is JSON, which has no infinities.
  Pad: ({ value }) => (Number.isFinite(value) ? undefined : `Pad with ${value} is not supported`),
};

const normalisation: OperationTable = {
  BatchNormalization: floatingPoint,
  LayerNormalization: any(floatingPoint, without('float64')),
  ...all(float32, 'TrainingBatchNormalization', 'InstanceNormalization', 'GroupNormalization'),
  ...all(float32, 'LSTM', 'GRU', 'RNN'),
};

const common: OperationTable = { ...elementwise, ...shapes, ...windows, ...normalisation };

/** Those that compute float64 in float32. */
const notInFloat64 = (...kinds: readonly OperationKind[]) => all(without('float64'), ...kinds);

const byBackend: Readonly<Record<Backend, OperationTable>> = {
  tensorflow: {
    ...notInFloat64('Gelu', 'LeakyRelu'),
    Sign: without('uint32'),
    MatMul: of((type) => type.startsWith('float') || type === 'int32' || type === 'int64'),
    Tile: without('uint16'),
    Conv: (settings, operands) =>
      isOne(settings.strides) || isOne(settings.dilations) || isDepthwise(settings, operands)
        ? undefined
        : `Conv with strides ${settings.strides} and dilations ${settings.dilations} is not supported by Keras on TensorFlow`,
  },
  jax: {
    ...notInFloat64('Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Cos', 'Cosh', 'Floor', 'Sin'),
    ...notInFloat64('Sinh', 'Tan', 'Tanh', 'ReduceMean', 'ArgMax', 'ArgMin'),
  },
  torch: {
    ...notInFloat64('Ceil', 'Floor', 'ReduceMean'),
    AveragePool: ({ kernel, pads }, [x]) => {
      if (kernel.length === 3 && x?.type === 'float16')
        return 'AveragePool over 3 axes is not supported for float16 by Keras on PyTorch';
      // Where the two sides differ, it counts the pads of `same`.
      return pads.every(([before, behind]) => before === behind)
        ? undefined
        : `AveragePool with pads ${pads.join(' ')} that do not count is not supported by Keras on PyTorch`;
    },
  },
};

const scatterInTraining: Limit<'ScatterElements' | 'ScatterND'> = ({ reduction }) =>
  reduction === 'none' || reduction === 'add'
    ? undefined
    : `the gradient of reduction ${reduction} is not supported by Keras`;

const narrow = ['float32', 'float16', 'bool', 'int32', 'int16', 'int8', 'uint8'] as const;
const types: Readonly<Record<Backend, Capabilities['types']>> = {
  tensorflow: asTheyAre(...narrow, 'float64', 'int64', 'uint16', 'uint32'),
  jax: asTheyAre(...narrow, 'float64', 'int64', 'uint16', 'uint32', 'uint64'),
  torch: { ...asTheyAre(...narrow, 'float64', 'int64'), uint16: 'int32', uint32: 'int64', uint64: 'int64' },
};

function asTheyAre(...names: readonly DataType[]): Capabilities['types'] {
  return Object.fromEntries(names.map((name) => [name, name]));
}

/** What `activation=` of a layer can be. */
const activations: readonly OperationKind[] = [
  ...([
    'Relu',
    'Sigmoid',
    'Tanh',
    'Elu',
    'Selu',
    'Celu',
    'Gelu',
    'LeakyRelu',
    'Softplus',
    'Softsign',
  ] as const),
  ...(['HardSigmoid', 'HardSwish', 'Swish', 'Mish', 'Clip'] as const),
];

const fusedActivations = {
  Conv: activations,
  ConvTranspose: activations,
  Gemm: [...activations, 'Softmax'],
} satisfies Capabilities['fusedActivations'];

/** As `keras.layers` take them: a GRU whose reset comes after its product has two biases. */
const recurrent: RecurrentForm = {
  gates: { LSTM: 'ifco', GRU: 'zrh' },
  biases: { LSTM: 1, GRU: 2, RNN: 1 },
  transposed: true,
  batchFirst: true,
  states: 'joined',
  activations: { gates: ['Sigmoid', 'HardSigmoid'], cell: ['Tanh', 'Relu'] },
};

/** TensorFlow's limits are limits of Keras on TensorFlow. */
function limitsOfTensorFlow(mode: Mode): OperationTable {
  const { operations } = mode === 'training' ? tensorflowInTraining : tensorflow;
  return Object.fromEntries(Object.entries(operations).filter(([kind]) => Object.hasOwn(common, kind)));
}

const inTraining: Readonly<Record<Backend, OperationTable>> = {
  tensorflow: {},
  jax: {},
  torch: { Conv: stridedPoint(titles.torch) },
};

export function kerasCapabilities(backend: Backend, mode: Mode): Capabilities {
  const own = narrowed(common, byBackend[backend]);
  const gradients = {
    ...{ ScatterElements: scatterInTraining, ScatterND: scatterInTraining },
    ...inTraining[backend],
  };
  const inMode = mode === 'training' ? narrowed(own, gradients) : own;
  return {
    title: titles[backend],
    channels: 'last',
    operations: backend === 'tensorflow' ? narrowed(inMode, limitsOfTensorFlow(mode)) : inMode,
    fusedActivations,
    gemmOutputs: 'last',
    negativeIndices: true,
    recurrent,
    types: types[backend],
  };
}
