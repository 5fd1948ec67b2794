/** The operations that JAX supports; they are built by `python-bridge/touchstone_bridge/frameworks/jax/operations/`. */
import { at } from '../../common/at.js';
import { dataTypes } from '../../model/graph.js';
import { type Capabilities, type Limit, type OperationTable, wholly } from '../lowering/capabilities.js';
import { all, isSingleOrDouble, unlessTypes } from '../lowering/limits.js';
import type { OperationKind } from '../lowering/operations/operation.js';

const title = 'JAX';

/** Operations that JAX supports for floating-point types: it converts integers to floating-point, or rejects them. */
function floats(...kinds: readonly OperationKind[]): OperationTable {
  return all(
    unlessTypes(title, (type) => type.startsWith('float')),
    ...kinds,
  );
}

const extremePosition: Limit<'ArgMax' | 'ArgMin'> = ({ axis }, [x], kind) =>
  at(x.shape, axis) === 0 ? `${kind} along an axis without elements is not supported by ${title}` : undefined;

/** Where `jax.image.resize` weights the same elements as ONNX. */
const resize: Limit<'Resize'> = ({ mode, coordinates, nearest, sizes }, [x]) => {
  const from = x.shape.slice(1, -1);
  const reason = `${mode} Resize of ${x.type} to ${sizes} with coordinates ${coordinates} is not supported by ${title}`;
  const isCentred = ['half_pixel', 'half_pixel_symmetric', 'pytorch_half_pixel'].includes(coordinates);
  if (mode === 'linear') {
    // pytorch_half_pixel differs for a single position.
    const isAlone = coordinates === 'pytorch_half_pixel' && sizes.includes(1);
    return isCentred && !isAlone && x.type.startsWith('float') ? undefined : reason;
  }
  // With an integer factor no position lies halfway between two elements, so that rounding does not matter.
  const isRepeated = sizes.every((size, axis) => size % at(from, axis) === 0);
  const isNearest = isCentred
    ? nearest.startsWith('round')
    : coordinates === 'asymmetric' && nearest === 'floor';
  return mode === 'nearest' && isRepeated && isNearest ? undefined : reason;
};

const operations: OperationTable = {
  ...wholly('Abs', 'BitwiseNot', 'Neg', 'Not', 'Relu', 'Sign', 'IsNaN', 'IsInf', 'Cast', 'Clip', 'Where'),
  ...floats('Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Cos', 'Cosh', 'Erf', 'Exp', 'Floor'),
  ...floats('HardSwish', 'Log', 'Mish', 'Reciprocal', 'Round', 'Sigmoid', 'Sin', 'Sinh', 'Softplus'),
  ...floats('Softsign', 'Sqrt', 'Tan', 'Tanh'),
  ...floats('Celu', 'Elu', 'Gelu', 'HardSigmoid', 'LeakyRelu', 'Selu', 'Swish'),
  ...wholly('Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min', 'Mod', 'BitShift', 'And', 'Or', 'Xor'),
  ...wholly('BitwiseAnd', 'BitwiseOr', 'BitwiseXor'),
  ...wholly('Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'),
  ...wholly('ReduceSum', 'ReduceMax', 'ReduceMin', 'ReduceProd', 'CumSum', 'MatMul', 'Einsum', 'TopK'),
  ...floats('ReduceMean', 'ReduceLogSumExp', 'Softmax', 'LogSoftmax', 'Gemm'),
  ...wholly('Reshape', 'Transpose', 'Expand', 'Tile', 'Concat', 'Split', 'Slice', 'Reverse'),
  ...wholly('Gather', 'GatherElements', 'GatherND', 'ScatterElements', 'ScatterND'),
  ...floats('BatchNormalization', 'TrainingBatchNormalization', 'LayerNormalization'),
  ...floats('InstanceNormalization', 'GroupNormalization', 'LRN'),
  ...floats('LSTM', 'GRU', 'RNN', 'AveragePool'),
  ...all(unlessTypes(title, isSingleOrDouble), 'DFT', 'STFT'),
  ...wholly('Conv', 'ConvTranspose', 'MaxPool'),
  ArgMax: extremePosition,
  ArgMin: extremePosition,
  // A plan is JSON, which has no infinities.
  Pad: ({ value }) => (Number.isFinite(value) ? undefined : `Pad with ${value} is not supported`),
  Resize: resize,
};

/** A scan over the steps: any order of gates and any layout of the weights is equally fast. */
const recurrent: Capabilities['recurrent'] = {
  gates: { LSTM: 'iofc', GRU: 'zrh' },
  biases: { LSTM: 1, GRU: 2, RNN: 1 },
  transposed: true,
  batchFirst: false,
  states: 'joined',
};

/** 64-bit types are disabled in JAX by default; the driver enables them for models that have any. */
const types: Capabilities['types'] = Object.fromEntries(dataTypes.map((type) => [type, type]));

export const jax: Capabilities = { title, channels: 'last', operations, recurrent, types };

const scatterInTraining: Limit<'ScatterElements' | 'ScatterND'> = ({ reduction }, _, kind) =>
  reduction === 'mul' ? `the gradient of ${kind} with reduction mul is not supported by ${title}` : undefined;

/** With the limits of its gradients. */
export const jaxInTraining: Capabilities = {
  ...jax,
  operations: {
    ...operations,
    MaxPool: ({ dilations }) =>
      dilations.some((dilation) => dilation > 1)
        ? `the gradient of MaxPool with dilations ${dilations} is not supported by ${title}`
        : undefined,
    ScatterElements: scatterInTraining,
    ScatterND: scatterInTraining,
  },
};
