/**
 * What MXNet 1.9.1 has of the vocabulary of operations on the CPU, by its NumPy interface:
 * `python-bridge/touchstone_bridge/frameworks/mxnet/operation_*.py`. Which types its kernels take was found by calling each with
 * every type beside NumPy; which gradients are right, by differences.
 */
import type { DataType } from '../../model/graph.js';
import type { Mode } from '../adapter.js';
import {
  type Capabilities,
  type Limit as Lack,
  type OperationTable,
  whole,
  wholly,
} from '../lowering/capabilities.js';
import { type AnyLimit as AnyLack, all, any, both, unlessTypes } from '../lowering/limits.js';
import type { Pads, PerAxis } from '../lowering/operations/operation.js';
import { sameList } from '../lowering/value.js';

const title = 'MXNet';

const of = (isTaken: (type: DataType) => boolean) => unlessTypes(title, isTaken);
const fractions = of((type) => type.startsWith('float'));
/** Products in half precision are for its GPU alone. */
const products = of((type) => type === 'float32' || type === 'float64');
const float32 = of((type) => type === 'float32');
const numbers = of((type) => type !== 'bool');
const bools = of((type) => type === 'bool');
const wholeNumbers = of((type) => type.includes('int'));

/** Its loops go over five axes, but for elements that all lie alike. */
const deepest = 5;
const shallow: AnyLack = (_, inputs) =>
  inputs.some(({ shape }) => shape.length > deepest)
    ? `${title} goes over ${deepest} axes at most`
    : undefined;
const alike: AnyLack = (settings, inputs, kind) =>
  inputs.every(({ shape }) => sameList(shape, inputs[0]?.shape ?? []))
    ? undefined
    : shallow(settings, inputs, kind);

/** Whoever asks for what has no elements gets an error with the next answer. */
const filled: AnyLack = (_, inputs) =>
  inputs.some(({ shape }) => shape.includes(0)) ? `${title} has it not of no elements` : undefined;

/** It divides whole numbers in float64. */
const divided = both(numbers, alike, (_, [x]) =>
  x?.type === 'int64' ? `${title} divides int64 as float64, which is not exact` : undefined,
);

/** Constants that are written with the eight digits of a float32. */
function isAbout(value: number, constant: number): boolean {
  return Math.abs(value - constant) < 1e-7;
}

const elementwise: OperationTable = {
  ...all(fractions, 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Cos', 'Cosh', 'Erf', 'Exp'),
  ...all(fractions, 'Floor', 'Log', 'Reciprocal', 'Round', 'Sigmoid', 'Sin', 'Sinh'),
  ...all(fractions, 'Sqrt', 'Tan', 'Tanh', 'Elu', 'LeakyRelu', 'HardSigmoid', 'IsNaN'),
  ...all(both(fractions, filled), 'Softplus', 'Softsign'),
  ...all(numbers, 'Abs', 'Neg', 'Relu', 'Sign'),
  ...all(both(numbers, alike), 'Add', 'Sub', 'Mul', 'Pow', 'Max', 'Min'),
  Div: divided,
  ...all(both(bools, alike), 'Not', 'And', 'Or', 'Xor'),
  ...all(both(wholeNumbers, alike), 'BitwiseNot', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor'),
  ...all(alike, 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'),
  Where: both(shallow, filled),
  Cast: whole,
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

/** Of no elements it has a sum only, and none that is of no elements itself. */
const summed: Lack<'ReduceSum'> = any(numbers, shallow, ({ axes }, [x]) =>
  x?.shape.some((extent, axis) => extent === 0 && !axes.includes(axis))
    ? `${title} makes no sums without elements`
    : undefined,
);

const peaks: Lack<'ArgMax' | 'ArgMin'> = any(numbers, ({ axis }, [x]) =>
  x?.shape[axis] === 0 ? `${title} finds no peak of nothing` : undefined,
);

const multiplied = both(
  of((type) => type !== 'bool' && type !== 'float16'),
  shallow,
  filled,
);

const shapes: OperationTable = {
  ReduceSum: summed,
  ...all(both(numbers, shallow, filled), 'ReduceProd', 'ReduceMax', 'ReduceMin'),
  ReduceMean: both(fractions, shallow, filled),
  ArgMax: peaks,
  ArgMin: peaks,
  CumSum: numbers,
  ...all(fractions, 'Softmax', 'LogSoftmax'),
  ...all(multiplied, 'MatMul', 'Einsum'),
  ...wholly('Reshape', 'Concat', 'Split', 'Reverse', 'Gather'),
  Transpose: (_, [x]) =>
    (x?.shape.length ?? 0) > deepest + 1 ? `${title} transposes ${deepest + 1} axes at most` : undefined,
  Expand: ({ shape }) => (shape.length > deepest ? `${title} goes over ${deepest} axes at most` : undefined),
  // Each repeated axis is two for it.
  Tile: ({ repeats }) =>
    repeats.filter((each) => each !== 1).length > 2 ? `${title} repeats two axes at most` : undefined,
  Slice: shallow,
  // JSON has no infinities.
  Pad: any(shallow, ({ value }) =>
    Number.isFinite(value) ? undefined : `this plan has no Pad with ${value}`,
  ),
};

const isSymmetric = (pads: Pads) => pads.every(([before, behind]) => before === behind);
const isOne = (each: PerAxis) => each.every((one) => one === 1);

const spatial = both(products, filled);

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
  Conv: any(spatial, symmetric),
  ConvTranspose: any(spatial, symmetric, transposed),
  MaxPool: any(fractions, filled, symmetric, pooled),
  AveragePool: any(fractions, filled, symmetric, pooled),
  Resize: any(spatial, ({ mode, coordinates, sizes }) =>
    mode === 'linear' &&
    sizes.length === 2 &&
    // To a single position it takes the corner, whatever the coordinates are.
    (coordinates === 'align_corners' || (coordinates === 'half_pixel' && !sizes.includes(1)))
      ? undefined
      : `${title} has no such Resize`,
  ),
};

const normalisation: OperationTable = {
  BatchNormalization: spatial,
  LayerNormalization: any(spatial, ({ axes }, [x]) =>
    axes.length === 1 && axes[0] === (x?.shape.length ?? 0) - 1
      ? undefined
      : `${title} has LayerNormalization over the last axis only`,
  ),
  InstanceNormalization: both(float32, filled),
  LRN: any(float32, filled, ({ axis, size }, [x]) =>
    axis === 1 && size % 2 === 1 && x?.shape.length === 4
      ? undefined
      : `${title} has LRN of an odd size along the second of four axes only`,
  ),
};

const recurrent: OperationTable = {
  ...all(spatial, 'LSTM', 'RNN'),
  GRU: any(spatial, ({ linearBeforeReset }) =>
    linearBeforeReset ? undefined : `${title} resets the state of its GRU behind the product only`,
  ),
};

const inference: OperationTable = { ...elementwise, ...shapes, ...windows, ...normalisation, ...recurrent };

/** Whole numbers do not learn. */
const ofLearning = (reason: string) =>
  both(numbers, shallow, filled, (_, [x]) =>
    x?.type.startsWith('float') ? `${title}: ${reason}` : undefined,
  );

/** Gradients that are not those of the answers; `npm run conformance` and differences found them. */
const training: OperationTable = {
  ...inference,
  // The parts of a group are convolved one by one.
  Conv: any<'Conv'>(spatial, symmetric, ({ group, dilations }, [, filters]) =>
    group === 1 || filters?.shape[1] === 1 || isOne(dilations)
      ? undefined
      : `${title} has no gradient of Conv with group ${group} and dilations ${dilations}`,
  ),
  ConvTranspose: any<'ConvTranspose'>(spatial, symmetric, transposed, ({ strides, dilations }) =>
    isOne(strides) || isOne(dilations)
      ? undefined
      : `the gradient of ${title} has not dilations and strides at once`,
  ),
  Selu: () => `the gradient of Selu is another in ${title}`,
  ReduceProd: ofLearning('the gradient of a product is NaN where an element is zero'),
  Einsum: any<'Einsum'>(multiplied, ({ equation }) =>
    /([a-z])[a-z]*\1/i.test(equation.replace(/->.*/, ''))
      ? `the gradient of ${title} has no diagonals`
      : undefined,
  ),
};

/** It has no other integers; narrower ones lie in wider ones. */
const types: Capabilities['types'] = {
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

export function mxnetCapabilities(mode: Mode): Capabilities {
  return { title, channels: 'first', operations: mode === 'training' ? training : inference, types };
}
