/**
 * What TensorFlow 2.21 has of the vocabulary of operations on the CPU:
 * `python-bridge/touchstone_bridge/frameworks/tensorflow/operations/`. Which types and how many axes its kernels take was
 * found by calling each with every type and up to nine axes, beside NumPy.
 */
import { type DataType, dataTypes } from '../../model/graph.js';
import {
  type Capabilities,
  type Lack,
  type OperationTable,
  whole,
  wholly,
} from '../lowering/capabilities.js';
import { type AnyLack, all, any, both, unlessTypes } from '../lowering/limits.js';
import { arithmetic, bitwise, comparisons } from '../lowering/operations/operation.js';
import { tensorflowWindows, tensorflowWindowsInTraining, title } from './windows.js';

const of = (isTaken: (type: DataType) => boolean) => unlessTypes(title, isTaken);
const fractions = of((type) => type.startsWith('float'));
const numbers = of((type) => type !== 'bool');
const wholeNumbers = of((type) => type.includes('int'));
const bools = of((type) => type === 'bool');

function ranked(most: number): AnyLack {
  return (_, inputs) =>
    inputs.some(({ shape }) => shape.length > most)
      ? `${title} has no more than ${most} axes there`
      : undefined;
}

/** Kernels that broadcast go over five axes, as which they take all neighbours that broadcast alike. */
const broadcast: AnyLack = (_, [a, b]) => {
  if (!a || !b || runsOf(a.shape, b.shape) <= 5) return undefined;
  return `${title} broadcasts over no more than five axes`;
};

function runsOf(a: readonly number[], b: readonly number[]): number {
  const rank = Math.max(a.length, b.length);
  let [runs, last] = [0, ''];
  for (let axis = 0; axis < rank; axis++) {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === 1 && right === 1) continue;
    const kind = left === right ? 'both' : left === 1 ? 'right' : 'left';
    if (kind !== last) runs += 1;
    last = kind;
  }
  return runs;
}

const finite = (value: number | null) => value === null || Number.isFinite(value);

/** Its remainder towards zero has few kernels. */
const modulo: Lack<'Mod'> = any(numbers, broadcast, ({ fmod }, [x]) =>
  fmod && !['float64', 'float32', 'float16', 'int32', 'int64'].includes(x?.type ?? '')
    ? `${title} has no fmod for ${x?.type}`
    : undefined,
);

const elementwise: OperationTable = {
  ...all(fractions, 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Cos', 'Cosh', 'Erf', 'Exp'),
  ...all(fractions, 'Floor', 'HardSwish', 'Log', 'Mish', 'Reciprocal', 'Sigmoid', 'Sin', 'Sinh', 'Softplus'),
  ...all(fractions, 'Softsign', 'Sqrt', 'Tan', 'Tanh', 'Elu', 'Gelu', 'HardSigmoid', 'LeakyRelu', 'Selu'),
  ...all(fractions, 'Swish', 'IsNaN'),
  ...all(numbers, 'Abs', 'Relu', 'Round', 'Sign'),
  ...all(bools, 'Not'),
  ...all(wholeNumbers, 'BitwiseNot'),
  ...all(both(numbers, broadcast), ...arithmetic, ...comparisons),
  ...all(both(wholeNumbers, broadcast), ...bitwise, 'BitShift'),
  ...all(both(bools, broadcast), 'And', 'Or', 'Xor'),
  Equal: broadcast,
  Neg: any(
    numbers,
    of((type) => !type.startsWith('u')),
  ),
  Mod: modulo,
  Celu: any(fractions, ({ alpha }) =>
    alpha > 0 ? undefined : `${title} has Celu with a positive alpha only`,
  ),
  // JSON has no infinities.
  Clip: any(numbers, ({ low, high }) =>
    finite(low) && finite(high) ? undefined : 'this plan has no Clip to infinities',
  ),
  IsInf: any(fractions, ({ negative, positive }) =>
    negative || positive ? undefined : `${title} tells infinities of one sign at least`,
  ),
  Cast: whole,
  Where: ranked(8),
};

const peaks: Lack<'ArgMax' | 'ArgMin'> = any(ranked(7), ({ axis }, [x]) =>
  x?.shape[axis] === 0 ? `${title} finds no peak of nothing` : undefined,
);

const scatterElements: Lack<'ScatterElements' | 'ScatterND'> = ({ reduction }, [x]) =>
  reduction !== 'none' && x?.type === 'bool' ? `${title} reduces no bool` : undefined;

const shapes: OperationTable = {
  ...all(numbers, 'ReduceSum', 'ReduceProd', 'ReduceMax', 'ReduceMin', 'CumSum', 'TopK', 'Einsum'),
  ...all(fractions, 'ReduceMean', 'ReduceLogSumExp'),
  ...all(both(fractions, ranked(5)), 'Softmax', 'LogSoftmax'),
  ArgMax: peaks,
  ArgMin: peaks,
  MatMul: any(numbers, (settings, inputs) =>
    broadcast(
      settings,
      inputs.map((operand) => ({ ...operand, shape: operand.shape.slice(0, -2) })),
    ),
  ),
  ...wholly('Reshape', 'Transpose', 'Tile', 'Concat', 'Split', 'Gather', 'GatherElements'),
  Expand: ({ shape }, [x]) => x && broadcast({}, [x, { ...x, shape }]),
  ...all(ranked(8), 'Slice', 'Reverse'),
  // JSON has no infinities.
  Pad: any(ranked(6), ({ value }) => (finite(value) ? undefined : `this plan has no Pad with ${value}`)),
  GatherND: (_, [, indices]) =>
    (indices?.shape.at(-1) ?? 1) > 7 ? `${title} gathers by seven indices at most` : undefined,
  ScatterElements: scatterElements,
  ScatterND: scatterElements,
};

const normalisation: OperationTable = {
  ...all(
    fractions,
    'BatchNormalization',
    'TrainingBatchNormalization',
    'LayerNormalization',
    'InstanceNormalization',
    'GroupNormalization',
  ),
  LRN: any(
    of((type) => type === 'float32' || type === 'float16'),
    ({ axis, size }, [x]) =>
      axis === (x?.shape.length ?? 0) - 1 && size % 2 === 1
        ? undefined
        : `${title} has LRN of an odd size along the last axis only`,
  ),
};

const layers: OperationTable = all(fractions, 'LSTM', 'GRU', 'RNN', 'Gemm');

/** As `tf.keras.layers` takes them. */
const recurrent: Capabilities['recurrent'] = {
  gates: { LSTM: 'ifco', GRU: 'zrh' },
  biases: { LSTM: 1, GRU: 2, RNN: 1 },
  transposed: true,
  batchFirst: true,
  states: 'joined',
};

const types: Capabilities['types'] = Object.fromEntries(dataTypes.map((type) => [type, type]));

export const tensorflow: Capabilities = {
  title,
  channels: 'last',
  operations: { ...elementwise, ...shapes, ...tensorflowWindows, ...normalisation, ...layers },
  recurrent,
  types,
};

/** What its gradients have not. */
export const tensorflowInTraining: Capabilities = {
  ...tensorflow,
  operations: {
    ...tensorflow.operations,
    ...tensorflowWindowsInTraining,
    Mod: any(modulo, ({ fmod }, [x]) =>
      fmod && x?.type.startsWith('float') ? `${title} has no gradient of fmod` : undefined,
    ),
  },
};
