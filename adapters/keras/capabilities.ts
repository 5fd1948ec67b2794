/**
 * What Keras 3.15.1 has of the vocabulary of operations, by backend: `python-bridge/touchstone_bridge/frameworks/keras/
 * operation_*.py`. Which types its calls keep was found by calling each with every type beside NumPy: they cast 64-bit numbers
 * to 32 bits on the way, and integers to float32, without an error.
 */
import type { DataType } from '../../model/graph.js';
import type { Mode } from '../adapter.js';
import {
  type Capabilities,
  type Limit as Lack,
  type OperationTable,
  wholly,
} from '../lowering/capabilities.js';
import { all, any, unlessTypes } from '../lowering/limits.js';
import type { Operand, OperationKind, Pads, PerAxis } from '../lowering/operations/operation.js';
import { tensorflow, tensorflowInTraining } from '../tensorflow/capabilities.js';

export type Backend = 'tensorflow' | 'jax' | 'torch';

const titles: Readonly<Record<Backend, string>> = {
  tensorflow: 'Keras on TensorFlow',
  jax: 'Keras on JAX',
  torch: 'Keras on PyTorch',
};

const of = (isTaken: (type: DataType) => boolean) => unlessTypes('Keras', isTaken);
const fractions = of((type) => type.startsWith('float'));
const float32 = of((type) => type === 'float32');
const numbers = of((type) => type !== 'bool');
const bools = of((type) => type === 'bool');
const wholeNumbers = of((type) => type.includes('int'));
const without = (...types: readonly DataType[]) => of((type) => !types.includes(type));

/** Constants that are written with the eight digits of a float32. */
function isAbout(value: number, constant: number): boolean {
  return Math.abs(value - constant) < 1e-7;
}

const elementwise: OperationTable = {
  ...all(fractions, 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Cos', 'Cosh', 'Erf', 'Exp'),
  ...all(fractions, 'Floor', 'HardSwish', 'Log', 'Mish', 'Reciprocal', 'Round', 'Sigmoid', 'Sin', 'Sinh'),
  ...all(
    fractions,
    'Softplus',
    'Softsign',
    'Sqrt',
    'Tan',
    'Tanh',
    'Celu',
    'Elu',
    'Gelu',
    'LeakyRelu',
    'IsNaN',
  ),
  ...all(numbers, 'Abs', 'Neg', 'Relu', 'Sign', 'Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min', 'Mod'),
  ...all(bools, 'Not', 'And', 'Or', 'Xor'),
  ...all(wholeNumbers, 'BitwiseNot', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor', 'BitShift'),
  ...wholly('Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Where', 'Cast'),
  IsInf: any(fractions, ({ negative, positive }) =>
    negative || positive ? undefined : 'Keras tells infinities of one sign at least',
  ),
  Clip: any(numbers, ({ low, high }) =>
    low !== null && high !== null && Number.isFinite(low) && Number.isFinite(high) && low <= high
      ? undefined
      : 'Keras clips to two bounds in order',
  ),
  HardSigmoid: any(fractions, ({ alpha, beta }) =>
    isAbout(alpha, 1 / 6) && beta === 0.5 ? undefined : 'Keras has HardSigmoid with its own slope only',
  ),
  Selu: any(fractions, ({ alpha, gamma }) =>
    isAbout(alpha, 1.6732632423543772) && isAbout(gamma, 1.0507009873554805)
      ? undefined
      : 'Keras has Selu with its own alpha and gamma only',
  ),
  Swish: any(fractions, ({ alpha }) => (alpha === 1 ? undefined : 'Keras has Swish with alpha 1 only')),
};

const peaks: Lack<'ArgMax' | 'ArgMin'> = any(numbers, ({ axis }, [x]) =>
  x?.shape[axis] === 0 ? 'Keras finds no peak of nothing' : undefined,
);

const shapes: OperationTable = {
  ...all(numbers, 'ReduceSum', 'ReduceProd', 'ReduceMax', 'ReduceMin', 'CumSum', 'TopK', 'MatMul'),
  ...all(fractions, 'ReduceMean', 'ReduceLogSumExp', 'Softmax', 'LogSoftmax', 'Einsum'),
  ArgMax: peaks,
  ArgMin: peaks,
  ...wholly('Reshape', 'Transpose', 'Expand', 'Tile', 'Concat', 'Split', 'Slice', 'Reverse'),
  ...wholly('Gather', 'GatherElements', 'ScatterElements', 'ScatterND'),
  // JSON has no infinities.
  Pad: ({ value }) => (Number.isFinite(value) ? undefined : `this plan has no Pad with ${value}`),
};

const isOne = (numbers: PerAxis) => numbers.every((each) => each === 1);

interface Window {
  readonly kernel: PerAxis;
  readonly strides: PerAxis;
  readonly dilations: PerAxis;
  readonly pads: Pads;
}

/** None, or those that Keras calls `same`. */
function padded({ kernel, strides, dilations, pads }: Window, x: Operand | undefined): string | undefined {
  const isSame = pads.every(([before, behind], axis) => {
    const extent = x?.shape[axis + 1] ?? 1;
    const stride = strides[axis] ?? 1;
    const reach = ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
    const total = Math.max(0, (Math.ceil(extent / stride) - 1) * stride + reach - extent);
    return before === Math.floor(total / 2) && behind === Math.ceil(total / 2);
  });
  const isNone = pads.every(([before, behind]) => before === 0 && behind === 0);
  return isNone || isSame ? undefined : 'Keras has not these pads';
}

function pooled(settings: Window, inputs: readonly Operand[], kind: OperationKind): string | undefined {
  if (!isOne(settings.dilations)) return 'Keras pools without dilations only';
  return fractions({}, inputs, kind) ?? padded(settings, inputs[0]);
}

const convolved: Lack<'Conv'> = any(fractions, ({ strides, dilations, pads }, [x, filters]) =>
  padded({ kernel: filters?.shape.slice(0, -2) ?? [], strides, dilations, pads }, x),
);

/** Its result is whole, and not longer than what the filters reach. */
const transposed: Lack<'ConvTranspose'> = any(
  fractions,
  ({ strides, dilations, group, pads, outputPadding }, [, filters]) => {
    const isWhole = pads.flat().every((each) => each === 0) && outputPadding.every((each) => each === 0);
    const isReached = strides.every((stride, axis) => (filters?.shape[axis] ?? 1) >= stride);
    return isWhole && isReached && group === 1 && isOne(dilations)
      ? undefined
      : 'Keras has no ConvTranspose like that';
  },
);

const windows: OperationTable = {
  Conv: convolved,
  ConvTranspose: transposed,
  MaxPool: pooled,
  AveragePool: (settings, inputs, kind) =>
    settings.countPads && settings.pads.flat().some((each) => each > 0)
      ? 'Keras counts no pads'
      : pooled(settings, inputs, kind),
  Resize: any(float32, ({ mode, coordinates }, [x]) =>
    mode === 'linear' && coordinates === 'half_pixel' && x?.shape.length === 4
      ? undefined
      : 'Keras has no such Resize',
  ),
};

const normalisation: OperationTable = {
  BatchNormalization: fractions,
  LayerNormalization: any(fractions, without('float64')),
  ...all(float32, 'LSTM', 'GRU', 'RNN'),
};

const common: OperationTable = { ...elementwise, ...shapes, ...windows, ...normalisation };

/** More checks of some operations. */
function narrowed(table: OperationTable, checks: OperationTable): OperationTable {
  const entries = Object.entries(checks).map(([kind, check]) => {
    const own = table[kind as OperationKind];
    return [kind, own ? any(own as Lack<OperationKind>, check as Lack<OperationKind>) : check];
  });
  return { ...table, ...Object.fromEntries(entries) };
}

/** Those for which it takes float32 on the way. */
const notOfDoubles = (...kinds: readonly OperationKind[]) => all(without('float64'), ...kinds);

const byBackend: Readonly<Record<Backend, OperationTable>> = {
  tensorflow: {
    ...notOfDoubles('Gelu', 'LeakyRelu'),
    Sign: without('uint32'),
    MatMul: of((type) => type.startsWith('float') || type === 'int32' || type === 'int64'),
    Tile: without('uint16'),
    Conv: ({ strides, dilations }) =>
      isOne(strides) || isOne(dilations)
        ? undefined
        : 'Keras on TensorFlow has no Conv with dilations and strides at once',
  },
  jax: {
    ...notOfDoubles('Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Cos', 'Cosh', 'Floor', 'Sin'),
    ...notOfDoubles('Sinh', 'Tan', 'Tanh', 'ReduceMean', 'ArgMax', 'ArgMin'),
  },
  torch: {
    ...notOfDoubles('Ceil', 'Floor', 'ReduceMean'),
    // It counts the pads of `same` where the two sides differ.
    AveragePool: ({ kernel, pads }, [x]) => {
      if (kernel.length === 3 && x?.type === 'float16') return 'PyTorch averages no float16 over three axes';
      return pads.every(([before, behind]) => before === behind)
        ? undefined
        : 'Keras on PyTorch has averages with the same pads on both sides only';
    },
  },
};

const scattered: Lack<'ScatterElements' | 'ScatterND'> = ({ reduction }) =>
  reduction === 'none' || reduction === 'add'
    ? undefined
    : `Keras has no gradient of scatter with ${reduction}`;

const narrow = ['float32', 'float16', 'bool', 'int32', 'int16', 'int8', 'uint8'] as const;
const held: Readonly<Record<Backend, Capabilities['types']>> = {
  tensorflow: asTheyAre(...narrow, 'float64', 'int64', 'uint16', 'uint32'),
  jax: asTheyAre(...narrow, 'float64', 'int64', 'uint16', 'uint32', 'uint64'),
  torch: { ...asTheyAre(...narrow, 'float64', 'int64'), uint16: 'int32' },
};

function asTheyAre(...types: readonly DataType[]): Capabilities['types'] {
  return Object.fromEntries(types.map((type) => [type, type]));
}

/** Of TensorFlow it has the kernels, and so what these lack. */
function kernelsOf(mode: Mode): OperationTable {
  const { operations } = mode === 'training' ? tensorflowInTraining : tensorflow;
  return Object.fromEntries(Object.entries(operations).filter(([kind]) => Object.hasOwn(common, kind)));
}

export function kerasCapabilities(backend: Backend, mode: Mode): Capabilities {
  const own = narrowed(common, byBackend[backend]);
  const inMode =
    mode === 'training' ? narrowed(own, { ScatterElements: scattered, ScatterND: scattered }) : own;
  return {
    title: titles[backend],
    channels: 'last',
    operations: backend === 'tensorflow' ? narrowed(inMode, kernelsOf(mode)) : inMode,
    types: held[backend],
  };
}
