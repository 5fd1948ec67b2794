/**
 * What MXNet 1.9.1 has of the vocabulary of operations on the CPU, by its NumPy interface:
 * `python-bridge/touchstone_bridge/frameworks/mxnet/operation_*.py`. Which types its kernels take was found by calling each with
 * every type beside NumPy; which gradients are right, by differences.
 */
import type { DataType } from '../../../suites/onnx/graph.js';
import type { Mode } from '../../adapter.js';
import { type Dialect, type Lack, type OperationTable, wholly } from '../operations/dialect.js';
import type { Operand, Pads, PerAxis } from '../operations/operation.js';
import { all, any, both, unlessTypes } from './lacks.js';

const title = 'MXNet';

const of = (isTaken: (type: DataType) => boolean) => unlessTypes(title, isTaken);
const fractions = of((type) => type.startsWith('float'));
/** Products in half precision are for its GPU alone. */
const products = of((type) => type === 'float32' || type === 'float64');
const float32 = of((type) => type === 'float32');
const numbers = of((type) => type !== 'bool');
const bools = of((type) => type === 'bool');
const wholeNumbers = of((type) => type.includes('int'));

/** It divides whole numbers in float64. */
const divided = both(numbers, (_, [x]) =>
  x?.type === 'int64' ? `${title} divides int64 as float64, which is not exact` : undefined,
);

/** Constants that are written with the eight digits of a float32. */
function isAbout(value: number, constant: number): boolean {
  return Math.abs(value - constant) < 1e-7;
}

const elementwise: OperationTable = {
  ...all(fractions, 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Cos', 'Cosh', 'Erf', 'Exp'),
  ...all(fractions, 'Floor', 'Log', 'Reciprocal', 'Round', 'Sigmoid', 'Sin', 'Sinh', 'Softplus', 'Softsign'),
  ...all(fractions, 'Sqrt', 'Tan', 'Tanh', 'Elu', 'LeakyRelu', 'HardSigmoid', 'IsNaN'),
  ...all(numbers, 'Abs', 'Neg', 'Relu', 'Sign', 'Add', 'Sub', 'Mul', 'Pow', 'Max', 'Min'),
  Div: divided,
  ...all(bools, 'Not', 'And', 'Or', 'Xor'),
  ...all(wholeNumbers, 'BitwiseNot', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor'),
  ...wholly('Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Where', 'Cast'),
  Mod: any(divided, ({ fmod }) =>
    fmod ? `${title} has remainders with the divisor's sign only` : undefined,
  ),
  IsInf: any(fractions, ({ negative, positive }) =>
    negative || positive ? undefined : `${title} tells infinities of one sign at least`,
  ),
  Clip: any(numbers, ({ low, high }) =>
    low !== null && high !== null && Number.isFinite(low) && Number.isFinite(high) && low <= high
      ? undefined
      : `${title} clips to two bounds in order`,
  ),
  Gelu: any(fractions, ({ approximate }) =>
    approximate === 'none' ? undefined : `${title} has no approximate Gelu`,
  ),
  Selu: any(fractions, ({ alpha, gamma }) =>
    isAbout(alpha, 1.6732632423543772) && isAbout(gamma, 1.0507009873554805)
      ? undefined
      : `${title} has Selu with its own alpha and gamma only`,
  ),
};

/** Of no element it gives zeros, or fails. */
const ofSome: Lack<'ReduceMean' | 'ReduceMax' | 'ReduceMin' | 'ReduceProd'> = ({ axes }, [x]) =>
  axes.some((axis) => x?.shape[axis] === 0) ? `${title} reduces no elements to a sum only` : undefined;

const peaks: Lack<'ArgMax' | 'ArgMin'> = any(numbers, ({ axis }, [x]) =>
  x?.shape[axis] === 0 ? `${title} finds no peak of nothing` : undefined,
);

const multiplied = (_: unknown, inputs: readonly Operand[]) =>
  inputs.some(({ shape }) => shape.includes(0))
    ? `${title} multiplies no matrices without elements`
    : undefined;

const shapes: OperationTable = {
  ReduceSum: numbers,
  ReduceMean: any(fractions, ofSome),
  ReduceProd: any(numbers, ofSome),
  ReduceMax: any(numbers, ofSome),
  ReduceMin: any(numbers, ofSome),
  ArgMax: peaks,
  ArgMin: peaks,
  CumSum: numbers,
  ...all(fractions, 'Softmax', 'LogSoftmax'),
  MatMul: any(
    of((type) => type !== 'bool' && type !== 'float16'),
    multiplied,
  ),
  Einsum: any(
    of((type) => type !== 'bool' && type !== 'float16'),
    multiplied,
  ),
  ...wholly('Reshape', 'Transpose', 'Expand', 'Tile', 'Concat', 'Split', 'Slice', 'Reverse', 'Gather'),
  // JSON has no infinities.
  Pad: ({ value }) => (Number.isFinite(value) ? undefined : `this plan has no Pad with ${value}`),
};

const isSymmetric = (pads: Pads) => pads.every(([before, behind]) => before === behind);
const isOne = (each: PerAxis) => each.every((one) => one === 1);

const symmetric: Lack<'Conv' | 'ConvTranspose' | 'MaxPool' | 'AveragePool'> = ({ pads }) =>
  isSymmetric(pads) ? undefined : `${title} pads both sides alike`;

/** Pads of its poolings are smaller than the kernel. */
const pooled: Lack<'MaxPool' | 'AveragePool'> = ({ kernel, dilations, pads }) => {
  if (!isOne(dilations)) return `${title} pools without dilations only`;
  return pads.every(([before], axis) => before < (kernel[axis] ?? 1))
    ? undefined
    : `${title} pools with pads that are smaller than the kernel only`;
};

const transposed: Lack<'ConvTranspose'> = ({ strides, outputPadding }) => {
  if (strides.length === 3) return `${title} has ConvTranspose over one or two axes only`;
  return outputPadding.every((each, axis) => each < (strides[axis] ?? 1))
    ? undefined
    : `${title} has no ConvTranspose that is longer by a stride`;
};

const windows: OperationTable = {
  Conv: any(products, symmetric),
  ConvTranspose: any(products, symmetric, transposed),
  MaxPool: any(fractions, symmetric, pooled),
  AveragePool: any(fractions, symmetric, pooled),
  Resize: any(products, ({ mode, coordinates, sizes }) =>
    mode === 'linear' && sizes.length === 2 && ['half_pixel', 'align_corners'].includes(coordinates)
      ? undefined
      : `${title} has no such Resize`,
  ),
};

const normalisation: OperationTable = {
  BatchNormalization: products,
  LayerNormalization: any(products, ({ axes }, [x]) =>
    axes.length === 1 && axes[0] === (x?.shape.length ?? 0) - 1
      ? undefined
      : `${title} has LayerNormalization over the last axis only`,
  ),
  InstanceNormalization: products,
  LRN: any(float32, ({ axis, size }, [x]) =>
    axis === 1 && size % 2 === 1 && x?.shape.length === 4
      ? undefined
      : `${title} has LRN of an odd size along the second of four axes only`,
  ),
};

const recurrent: OperationTable = {
  ...all(products, 'LSTM', 'RNN'),
  GRU: any(products, ({ linearBeforeReset }) =>
    linearBeforeReset ? undefined : `${title} resets the state of its GRU behind the product only`,
  ),
};

const inference: OperationTable = { ...elementwise, ...shapes, ...windows, ...normalisation, ...recurrent };

/** Gradients that are not those of the answers; `npm run conformance` and differences found them. */
const training: OperationTable = {
  ...inference,
  // The parts of a group are convolved one by one.
  Conv: any<'Conv'>(products, symmetric, ({ group, dilations }, [, filters]) =>
    group === 1 || filters?.shape[1] === 1 || isOne(dilations)
      ? undefined
      : `${title} has no gradient of Conv with group ${group} and dilations ${dilations}`,
  ),
};

/** It has no other integers; narrower ones lie in wider ones. */
const types: Dialect['types'] = {
  float32: 'float32',
  float64: 'float64',
  float16: 'float16',
  bool: 'bool',
  int64: 'int64',
  int32: 'int32',
  int16: 'int32',
  int8: 'int8',
  uint8: 'uint8',
  uint16: 'int32',
};

export function mxnetDialect(mode: Mode): Dialect {
  return { title, channels: 'first', operations: mode === 'training' ? training : inference, types };
}
