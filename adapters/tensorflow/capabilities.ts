/**
 * The operations that TensorFlow 2.21 supports on the CPU; they are built by
 * `python-bridge/touchstone_bridge/frameworks/tensorflow/operations/`. Which types and ranks its kernels support was found by
 * comparing each with NumPy for every type and up to nine axes.
 */
import { at } from '../../common/at.js';
import { type DataType, dataTypes } from '../../model/graph.js';
import {
  type Capabilities,
  type Limit,
  type OperationTable,
  whole,
  wholly,
} from '../lowering/capabilities.js';
import { type AnyLimit, all, any, both, isSingleOrDouble, unlessTypes } from '../lowering/limits.js';
import { ofRank } from '../lowering/operations/emitter.js';
import {
  arithmetic,
  bitwise,
  comparisons,
  type OperationKind,
  type PerAxis,
} from '../lowering/operations/operation.js';
import { tensorflowWindows, tensorflowWindowsInTraining, title } from './windows.js';

const of = (isSupported: (type: DataType) => boolean) => unlessTypes(title, isSupported);
const floatingPoint = of((type) => type.startsWith('float'));
const numbers = of((type) => type !== 'bool');
const integers = of((type) => type.includes('int'));
const bools = of((type) => type === 'bool');

function ranked(maxRank: number): AnyLimit {
  return (_, inputs, kind) => {
    const deep = inputs.find(({ shape }) => shape.length > maxRank);
    return (
      deep && `${kind} over ${deep.shape.length} axes is not supported by ${title}: the maximum is ${maxRank}`
    );
  };
}

/** Kernels broadcast over at most five axes, after merging neighbours that broadcast alike. */
function unlessBroadcast(a: PerAxis, b: PerAxis, kind: OperationKind): string | undefined {
  const runs = runsOf(a, b);
  return runs <= 5
    ? undefined
    : `${kind} that broadcasts over ${runs} axes is not supported by ${title}: the maximum is 5`;
}

const broadcast: AnyLimit = (_, inputs, kind) =>
  unlessBroadcast(at(inputs, 0).shape, at(inputs, 1).shape, kind);

/** Number of runs of neighbouring axes that broadcast alike. */
function runsOf(a: PerAxis, b: PerAxis): number {
  const rank = Math.max(a.length, b.length);
  let [runs, last] = [0, ''];
  const others = ofRank(b, rank);
  for (const [axis, left] of ofRank(a, rank).entries()) {
    const right = at(others, axis);
    if (left === 1 && right === 1) continue;
    const kind = left === right ? 'both' : left === 1 ? 'right' : 'left';
    if (kind !== last) runs += 1;
    last = kind;
  }
  return runs;
}

const finite = (value: number | null) => value === null || Number.isFinite(value);

/** `tf.truncatemod` has few kernels. */
const modulo: Limit<'Mod'> = any(numbers, broadcast, ({ fmod }, [x]) =>
  fmod && !['float64', 'float32', 'float16', 'int32', 'int64'].includes(x.type)
    ? `Mod with fmod 1 is not supported for ${x.type} by ${title}`
    : undefined,
);

const elementwise: OperationTable = {
  ...all(
    floatingPoint,
    'Acos',
    'Acosh',
    'Asin',
    'Asinh',
    'Atan',
    'Atanh',
    'Ceil',
    'Cos',
    'Cosh',
    'Erf',
    'Exp',
  ),
  ...all(
    floatingPoint,
    'Floor',
    'HardSwish',
    'Log',
    'Mish',
    'Reciprocal',
    'Sigmoid',
    'Sin',
    'Sinh',
    'Softplus',
  ),
  ...all(floatingPoint, 'Softsign', 'Sqrt', 'Tan', 'Tanh', 'Elu', 'Gelu', 'HardSigmoid', 'LeakyRelu', 'Selu'),
  ...all(floatingPoint, 'Swish', 'IsNaN'),
  ...all(numbers, 'Abs', 'Relu', 'Round', 'Sign'),
  ...all(bools, 'Not'),
  ...all(integers, 'BitwiseNot'),
  ...all(both(numbers, broadcast), ...arithmetic, ...comparisons),
  ...all(both(integers, broadcast), ...bitwise, 'BitShift'),
  ...all(both(bools, broadcast), 'And', 'Or', 'Xor'),
  Equal: broadcast,
  Neg: any(
    numbers,
    of((type) => !type.startsWith('u')),
  ),
  Mod: modulo,
  Celu: any(floatingPoint, ({ alpha }) =>
    alpha > 0 ? undefined : `Celu with alpha ${alpha} is not supported by ${title}`,
  ),
  // A plan is JSON, which has no infinities.
  Clip: any(numbers, ({ low, high }) =>
    finite(low) && finite(high) ? undefined : `Clip with bounds ${low} and ${high} is not supported`,
  ),
  IsInf: any(floatingPoint, ({ negative, positive }) =>
    negative || positive ? undefined : `IsInf that detects neither sign is not supported by ${title}`,
  ),
  Cast: whole,
  Where: ranked(8),
};

const extremePosition: Limit<'ArgMax' | 'ArgMin'> = any(ranked(7), ({ axis }, [x], kind) =>
  at(x.shape, axis) === 0 ? `${kind} along an axis without elements is not supported by ${title}` : undefined,
);

const scatter: Limit<'ScatterElements' | 'ScatterND'> = ({ reduction }, [x], kind) =>
  reduction !== 'none' && x.type === 'bool'
    ? `${kind} with reduction ${reduction} is not supported for bool by ${title}`
    : undefined;

const shapes: OperationTable = {
  ...all(numbers, 'ReduceSum', 'ReduceProd', 'ReduceMax', 'ReduceMin', 'CumSum', 'TopK', 'Einsum'),
  ...all(floatingPoint, 'ReduceMean', 'ReduceLogSumExp'),
  ...all(of(isSingleOrDouble), 'DFT', 'STFT'),
  ...all(both(floatingPoint, ranked(5)), 'Softmax', 'LogSoftmax'),
  ArgMax: extremePosition,
  ArgMin: extremePosition,
  MatMul: any(numbers, (_, [a, b], kind) =>
    unlessBroadcast(a.shape.slice(0, -2), b.shape.slice(0, -2), kind),
  ),
  ...wholly('Reshape', 'Transpose', 'Tile', 'Concat', 'Split', 'Gather', 'GatherElements'),
  Expand: ({ shape }, [x], kind) => unlessBroadcast(x.shape, shape, kind),
  ...all(ranked(8), 'Slice', 'Reverse'),
  // A plan is JSON, which has no infinities.
  Pad: any(ranked(6), ({ value }) =>
    Number.isFinite(value) ? undefined : `Pad with ${value} is not supported`,
  ),
  GatherND: (_, [, indices]) => {
    const depth = at(indices.shape, -1);
    return depth > 7
      ? `GatherND with ${depth} indices for each element is not supported by ${title}: the maximum is 7`
      : undefined;
  },
  ScatterElements: scatter,
  ScatterND: scatter,
};

const normalisation: OperationTable = {
  ...all(
    floatingPoint,
    'BatchNormalization',
    'TrainingBatchNormalization',
    'LayerNormalization',
    'InstanceNormalization',
    'GroupNormalization',
  ),
  LRN: any(
    of((type) => type === 'float32' || type === 'float16'),
    ({ axis, size }, [x]) =>
      axis === x.shape.length - 1 && size % 2 === 1
        ? undefined
        : `LRN of size ${size} along axis ${axis} of ${x.shape.length} is not supported by ${title}`,
  ),
};

const layers: OperationTable = all(floatingPoint, 'LSTM', 'GRU', 'RNN', 'Gemm');

/** As in `tf.keras.layers`. */
const recurrent: Capabilities['recurrent'] = {
  gates: { LSTM: 'ifco', GRU: 'zrh' },
  biases: { LSTM: 1, GRU: 2, RNN: 1 },
  omitsZeroBias: true,
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

/** With the limits of its gradients. */
export const tensorflowInTraining: Capabilities = {
  ...tensorflow,
  operations: {
    ...tensorflow.operations,
    ...tensorflowWindowsInTraining,
    Mod: any(modulo, ({ fmod }, [x]) =>
      fmod && x.type.startsWith('float')
        ? `the gradient of Mod with fmod 1 is not supported by ${title}`
        : undefined,
    ),
  },
};
