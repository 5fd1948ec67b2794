/** What JAX has of the vocabulary of operations: `python-bridge/touchstone_bridge/frameworks/jax/operation_*.py`. */
import type { DataType } from '../../model/graph.js';
import { type Capabilities, type OperationTable, whole, wholly } from '../lowering/capabilities.js';
import type { Operand, OperationKind } from '../lowering/operations/operation.js';

const title = 'JAX';

/** Of fractions: for whole numbers it gives fractions, or nothing. */
function ofFractions(_: unknown, inputs: readonly Operand[]): string | undefined {
  const other = inputs.find(({ type }) => !type.startsWith('float'));
  return other && `${title} has it not for ${other.type}`;
}

function fractions(...kinds: readonly OperationKind[]): OperationTable {
  return Object.fromEntries(kinds.map((kind) => [kind, ofFractions]));
}

function isOfNothing(x: Operand | undefined, axes: readonly number[]): boolean {
  return axes.some((axis) => x?.shape[axis] === 0);
}

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
  ...fractions(
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
    'Floor',
  ),
  ...fractions(
    'HardSwish',
    'Log',
    'Mish',
    'Reciprocal',
    'Round',
    'Sigmoid',
    'Sin',
    'Sinh',
    'Softplus',
    'Softsign',
  ),
  ...fractions('Sqrt', 'Tan', 'Tanh', 'Celu', 'Elu', 'Gelu', 'HardSigmoid', 'LeakyRelu', 'Selu', 'Swish'),
  ...wholly('Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min', 'Mod', 'BitShift', 'And', 'Or', 'Xor'),
  ...wholly('BitwiseAnd', 'BitwiseOr', 'BitwiseXor'),
  ...wholly('Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'),
  ...wholly('ReduceSum', 'ReduceMax', 'ReduceMin', 'ReduceProd', 'CumSum', 'MatMul', 'Einsum', 'TopK'),
  ...fractions('ReduceMean', 'ReduceLogSumExp', 'Softmax', 'LogSoftmax'),
  ...wholly('Reshape', 'Transpose', 'Expand', 'Tile', 'Concat', 'Split', 'Slice', 'Reverse'),
  ...wholly('Gather', 'GatherElements', 'GatherND'),
  ...fractions(
    'BatchNormalization',
    'LayerNormalization',
    'InstanceNormalization',
    'GroupNormalization',
    'LRN',
  ),
  ...fractions('LSTM', 'GRU', 'RNN', 'AveragePool'),
  ...wholly('Conv', 'ConvTranspose', 'MaxPool'),
  ArgMax: ({ axis }, [x]) => (isOfNothing(x, [axis]) ? `${title} finds no largest of nothing` : undefined),
  ArgMin: ({ axis }, [x]) => (isOfNothing(x, [axis]) ? `${title} finds no smallest of nothing` : undefined),
  ScatterElements: whole,
  ScatterND: whole,
  // JSON has no infinities.
  Pad: ({ value }) => (Number.isFinite(value) ? undefined : `this plan has no Pad with ${value}`),
  Resize: resize,
};

/** 64-bit types are off in JAX, and switched on for models that have any: nothing is cut off. */
const types: Capabilities['types'] = {
  ...Object.fromEntries(
    (
      [
        'float32',
        'float64',
        'float16',
        'int8',
        'uint8',
        'int16',
        'uint16',
        'int32',
        'uint32',
        'int64',
        'uint64',
        'bool',
      ] as const
    ).map((type): [DataType, DataType] => [type, type]),
  ),
};

export const jax: Capabilities = { title, channels: 'last', operations, types };

/** What its transformation for gradients has not. */
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
