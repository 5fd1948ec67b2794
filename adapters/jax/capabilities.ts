/** What JAX has of the vocabulary of operations: `python-bridge/touchstone_bridge/frameworks/jax/operations/`. */
import { dataTypes } from '../../model/graph.js';
import { type Capabilities, type Lack, type OperationTable, wholly } from '../lowering/capabilities.js';
import { all, unlessTypes } from '../lowering/limits.js';
import type { OperationKind } from '../lowering/operations/operation.js';

const title = 'JAX';

/** Kinds that JAX has for floating-point types: of integers it makes floating-point numbers, or refuses them. */
function floats(...kinds: readonly OperationKind[]): OperationTable {
  return all(
    unlessTypes(title, (type) => type.startsWith('float')),
    ...kinds,
  );
}

const peak: Lack<'ArgMax' | 'ArgMin'> = ({ axis }, [x]) =>
  x?.shape[axis] === 0 ? `${title} has no ArgMax or ArgMin over an axis without elements` : undefined;

/** Which elements jax.image.resize takes, and in which parts, are those of ONNX. */
const resize: OperationTable['Resize'] = ({ mode, coordinates, nearest, sizes }, [x]) => {
  const from = x?.shape.slice(1, -1) ?? [];
  const isCentred = ['half_pixel', 'half_pixel_symmetric', 'pytorch_half_pixel'].includes(coordinates);
  if (mode === 'linear') {
    // PyTorch's rule is another for a single position.
    const isAlone = coordinates === 'pytorch_half_pixel' && sizes.includes(1);
    return isCentred && !isAlone && x?.type.startsWith('float')
      ? undefined
      : `${title} has no linear Resize with coordinates ${coordinates}`;
  }
  // By a whole factor no position lies between two elements, so how it is rounded does not matter.
  const isRepeated = sizes.every((size, axis) => size % (from[axis] ?? 1) === 0);
  const isNearest = isCentred
    ? nearest.startsWith('round')
    : coordinates === 'asymmetric' && nearest === 'floor';
  return mode === 'nearest' && isRepeated && isNearest ? undefined : `${title} has no such Resize`;
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
  ...wholly('Conv', 'ConvTranspose', 'MaxPool'),
  ArgMax: peak,
  ArgMin: peak,
  // JSON has no infinities.
  Pad: ({ value }) => (Number.isFinite(value) ? undefined : `Pad with ${value} is not supported`),
  Resize: resize,
};

/** Written as a scan over the steps: any order of gates and any layout of the weights is as fast as another. */
const recurrent: Capabilities['recurrent'] = {
  gates: { LSTM: 'iofc', GRU: 'zrh' },
  biases: { LSTM: 1, GRU: 2, RNN: 1 },
  transposed: true,
  batchFirst: false,
  states: 'joined',
};

/** 64-bit types are off in JAX, and switched on for models that have any. */
const types: Capabilities['types'] = Object.fromEntries(dataTypes.map((type) => [type, type]));

export const jax: Capabilities = { title, channels: 'last', operations, recurrent, types };

/** Its gradients have limits of their own. */
export const jaxInTraining: Capabilities = {
  ...jax,
  operations: {
    ...operations,
    MaxPool: ({ dilations }) =>
      dilations.some((dilation) => dilation > 1)
        ? `the gradient of ${title} has no MaxPool with dilations`
        : undefined,
    ScatterElements: scatterInTraining,
    ScatterND: scatterInTraining,
  },
};

function scatterInTraining({ reduction }: { readonly reduction: string }): string | undefined {
  return reduction === 'mul' ? `the gradient of ${title} has no scatter with ${reduction}` : undefined;
}
