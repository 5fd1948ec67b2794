/**
 * What TensorFlow.js 4.22.0 has of the vocabulary of operations, by backend: found by calling every kernel with every type and
 * up to eight axes beside plain JavaScript, since unsupported arguments more often give wrong numbers than errors.
 *
 * All integers are int32 and all floating-point numbers float32, the only types there are; the precision of a cell says so.
 */
import {
  type Capabilities,
  type Limit,
  type OperationTable,
  type RecurrentForm,
  wholly,
} from '../lowering/capabilities.js';
import { type AnyLimit, all, any, both, isAbout, narrowed, unlessTypes } from '../lowering/limits.js';
import { sameList } from '../lowering/lists.js';
import { arithmetic, bitwise, comparisons, type OperationKind } from '../lowering/operations/operation.js';
import { floats, nodeWindows, shapeOf, title, wasmWindows, windows } from './windows.js';

export type Backend = 'cpu' | 'wasm' | 'tensorflow' | 'webgl' | 'webgpu';

const numbers = unlessTypes(title, (type) => type === 'float32' || type === 'int32');
const integers = unlessTypes(title, (type) => type === 'int32');
const bools = unlessTypes(title, (type) => type === 'bool');

const elementwise: OperationTable = {
  ...all(floats, 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Cos', 'Cosh', 'Erf', 'Exp'),
  ...all(floats, 'Floor', 'Log', 'Reciprocal', 'Round', 'Sigmoid', 'Sin', 'Sinh', 'Softplus', 'Sqrt'),
  ...all(floats, 'Tan', 'Tanh', 'IsNaN', 'LeakyRelu'),
  ...all(numbers, ...arithmetic, ...comparisons, 'Abs', 'Neg', 'Relu', 'Sign', 'Mod'),
  ...all(bools, 'Not', 'And', 'Or'),
  ...all(integers, ...bitwise, 'BitwiseNot', 'BitShift'),
  ...wholly('Cast', 'Where', 'Equal'),
  Elu: any(floats, ({ alpha }) =>
    alpha === 1 ? undefined : `Elu with alpha ${alpha} is not supported by ${title}`,
  ),
  Selu: any(floats, ({ alpha, gamma }) =>
    isAbout(alpha, 1.6732632423543772) && isAbout(gamma, 1.0507009873554805)
      ? undefined
      : `Selu with alpha ${alpha} and gamma ${gamma} is not supported by ${title}`,
  ),
  Clip: any(numbers, ({ low, high }) =>
    low !== null && high !== null && low > high
      ? `Clip with bounds ${low} and ${high} is not supported by ${title}: they must be in order`
      : undefined,
  ),
  IsInf: any(floats, ({ negative, positive }) =>
    negative && positive ? undefined : `IsInf that detects one sign is not supported by ${title}`,
  ),
};

const alongLastAxis: Limit<'Softmax' | 'LogSoftmax'> = ({ axis }, [x]) =>
  axis === shapeOf(x).length - 1
    ? undefined
    : `a softmax along axis ${axis} of ${shapeOf(x).length} is not supported by ${title}`;

const ofElements: Limit<'ReduceMax' | 'ReduceMin'> = (_, [x]) =>
  x?.type === 'int32' && x.shape.includes(0)
    ? `a reduction of no integers is not supported by ${title}`
    : undefined;

/** Of two operands at most, with every label once in each. */
const einsum: Limit<'Einsum'> = ({ equation }, { length }) => {
  const isPlain =
    length <= 2 &&
    !equation.includes('.') &&
    equation.split(/,|->/).every((labels) => new Set(labels).size === labels.length);
  return isPlain ? undefined : `Einsum with equation ${equation} is not supported by ${title}`;
};

/** Kernels read either factor transposed; those of JavaScript and WebAssembly broadcast one side only. */
const transposedProduct: Limit<'FusedMatMul'> = (_, [a, b]) =>
  sameList(shapeOf(a).slice(0, -2), shapeOf(b).slice(0, -2))
    ? undefined
    : `FusedMatMul of shapes ${shapeOf(a)} and ${shapeOf(b)} is not supported by ${title}`;

const products: OperationTable = {
  ...all(numbers, 'ReduceSum', 'ReduceProd', 'ArgMax', 'ArgMin', 'CumSum', 'TopK', 'MatMul'),
  ReduceMean: floats,
  ReduceLogSumExp: any(floats, (_, [x]) =>
    shapeOf(x).includes(0) ? `ReduceLogSumExp of no elements is not supported by ${title}` : undefined,
  ),
  ReduceMax: any(numbers, ofElements),
  ReduceMin: any(numbers, ofElements),
  Softmax: any(floats, alongLastAxis),
  LogSoftmax: any(floats, alongLastAxis),
  Einsum: any(numbers, einsum),
  FusedMatMul: any(floats, transposedProduct),
  Gemm: floats,
};

const scatter: Limit<'ScatterElements' | 'ScatterND'> = ({ reduction }, [x]) =>
  reduction === 'none' || (reduction === 'add' && x?.type !== 'bool')
    ? undefined
    : `a scatter with reduction ${reduction} of ${x?.type} is not supported by ${title}`;

const shapes: OperationTable = {
  ...wholly('Reshape', 'Transpose', 'Expand', 'Tile', 'Concat', 'Split', 'Slice', 'Reverse', 'Pad', 'Gather'),
  GatherND: ({ batchDims }) =>
    batchDims === 0 ? undefined : `GatherND with batch_dims ${batchDims} is not supported by ${title}`,
  ScatterElements: scatter,
  ScatterND: scatter,
};

const alongChannels: Limit<'BatchNormalization' | 'TrainingBatchNormalization'> = ({ axis }, [x]) => {
  const rank = shapeOf(x).length;
  return axis === rank - 1 && rank <= 4
    ? undefined
    : `BatchNormalization along axis ${axis} of ${rank} is not supported by ${title}`;
};

const normalisation: OperationTable = {
  BatchNormalization: any(floats, alongChannels),
  TrainingBatchNormalization: any(floats, alongChannels),
  LRN: any(floats, ({ axis, size }, [x]) => {
    const rank = shapeOf(x).length;
    return size % 2 === 1 && axis === rank - 1 && (rank === 3 || rank === 4)
      ? undefined
      : `LRN of size ${size} along axis ${axis} of ${rank} is not supported by ${title}`;
  }),
};

/** Its layers take one step at least. */
const steps: AnyLimit = (_, [x]) =>
  shapeOf(x).includes(0) ? `a recurrent layer of no elements is not supported by ${title}` : undefined;

const layers: OperationTable = {
  LSTM: any(both(floats, steps), ({ given }) =>
    given.includes('initialC') === given.includes('initialH')
      ? undefined
      : `LSTM with only one of initial_h and initial_c is not supported by ${title}`,
  ),
  GRU: any(both(floats, steps), ({ linearBeforeReset, activations }) =>
    linearBeforeReset && activations
      ? `GRU with linear_before_reset 1 and other activations is not supported by ${title}`
      : undefined,
  ),
  RNN: both(floats, steps),
};

/** As `tf.layers` takes them. Its GRU has no `resetAfter`: with linear_before_reset it is a function (`operations/gru.ts`). */
const recurrent: RecurrentForm = {
  gates: { LSTM: 'ifco', GRU: 'zrh' },
  biases: { LSTM: 1, GRU: 'stacked', RNN: 1 },
  omitsZeroBias: true,
  transposed: true,
  batchFirst: true,
  states: 'joined',
  activations: { gates: ['Sigmoid', 'HardSigmoid'], cell: ['Tanh', 'Relu'] },
  ownsWeights: true,
};

const common: OperationTable = {
  ...elementwise,
  ...products,
  ...shapes,
  ...windows,
  ...normalisation,
  ...layers,
};

function ranked(most: number): AnyLimit {
  return (_, inputs) => {
    const wide = inputs.find(({ shape }) => shape.length > most);
    return (
      wide && `an operand of ${wide.shape.length} axes is not supported by ${title}: ${most} are at most`
    );
  };
}

/** Shaders that are written out for each number of axes, or take the coordinates of four. */
const shaders: OperationTable = {
  ...all(ranked(4), 'Where', 'CumSum', 'Reverse', 'Pad'),
  ...all(ranked(5), 'Tile', 'Expand'),
};

const byBackend: Readonly<Record<Backend, OperationTable>> = {
  // Its magnitudes are of float32.
  cpu: { Abs: floats },
  wasm: {
    ...all(floats, 'Abs', 'Neg', 'Clip'),
    Reverse: numbers,
    ...all(ranked(6), ...arithmetic, 'Pad', 'Mod', 'BitShift'),
    MatMul: (settings, [x], kind) => (x.type === 'int32' ? ranked(5)(settings, [x], kind) : undefined),
    ...wasmWindows,
    Einsum: () => `Einsum is not supported by the WebAssembly backend of ${title}`,
  },
  tensorflow: { ...all(ranked(7), 'ArgMax', 'ArgMin'), ...nodeWindows },
  webgl: shaders,
  // It has no kernel BitwiseAnd, from which the others are made.
  webgpu: {
    ...shaders,
    ...all(
      (_, __, kind) => `${kind} is not supported by the WebGPU backend of ${title}`,
      ...(['BitwiseAnd', 'BitwiseOr', 'BitwiseXor'] as const),
    ),
  },
};

/** Axes that an operand may have: shaders are written for six at most. */
const mostAxes: Readonly<Record<Backend, number>> = { cpu: 8, wasm: 8, tensorflow: 8, webgl: 6, webgpu: 6 };

const activations = ['Relu', 'Sigmoid', 'Tanh'] as const;

export function tfjsCapabilities(backend: Backend): Capabilities {
  const own = narrowed(common, byBackend[backend]);
  return {
    title,
    channels: 'last',
    operations: narrowed(own, all(ranked(mostAxes[backend]), ...(Object.keys(own) as OperationKind[]))),
    fusedActivations: { Conv: activations, Gemm: [...activations, 'Softmax'] },
    recurrent,
    types: {
      float32: 'float32',
      float16: 'float32',
      float64: 'float32',
      bool: 'bool',
      int64: 'int32',
      int32: 'int32',
      int16: 'int32',
      int8: 'int32',
      uint64: 'int32',
      uint32: 'int32',
      uint16: 'int32',
      uint8: 'int32',
    },
  };
}
