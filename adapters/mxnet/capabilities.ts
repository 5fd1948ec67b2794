/**
 * What MXNet 1.9.1 has of the vocabulary of operations on the CPU:
 * `python-bridge/touchstone_bridge/frameworks/mxnet/operations/`. Which types and shapes its operators take, and which
 * gradients are right, was found by comparing each with NumPy, and with differences.
 */
import { at, defined } from '../../common/at.js';
import type { DataType } from '../../model/graph.js';
import {
  type Capabilities,
  type Limit,
  type OperationTable,
  type RecurrentForm,
  whole,
  wholly,
} from '../lowering/capabilities.js';
import { type AnyLimit, all, any, both, isAbout, unlessTypes } from '../lowering/limits.js';
import { isOne, sameList } from '../lowering/lists.js';
import type { Operand, Pads, PerAxis } from '../lowering/operations/operation.js';

const title = 'MXNet';

const ofTypes = (isTaken: (type: DataType) => boolean) => unlessTypes(title, isTaken);
const floatingPoint = ofTypes((type) => type.startsWith('float'));
/** Products in half precision are for its GPU alone. */
const float32And64 = ofTypes((type) => type === 'float32' || type === 'float64');
const float32 = ofTypes((type) => type === 'float32');
const numbers = ofTypes((type) => type !== 'bool');
const bools = ofTypes((type) => type === 'bool');
const integers = ofTypes((type) => type.includes('int'));

/** Broadcasting, reductions and slices have kernels up to this number of axes. */
const maxAxes = 5;
const tooMany = `more than ${maxAxes} axes are not supported by ${title}`;
const fewAxes: AnyLimit = (_, inputs) =>
  inputs.some(({ shape }) => shape.length > maxAxes) ? tooMany : undefined;
const alikeOrFewAxes: AnyLimit = (settings, inputs, kind) =>
  inputs.every(({ shape }) => sameList(shape, at(inputs, 0).shape))
    ? undefined
    : fewAxes(settings, inputs, kind);

/** MXNet is asynchronous: the error of these comes with a later result. */
const nonEmpty: AnyLimit = (_, inputs) =>
  inputs.some(({ shape }) => shape.includes(0)) ? `${title} fails for tensors without elements` : undefined;

const division = both(numbers, alikeOrFewAxes, (_, [x]) =>
  x?.type === 'int64' ? `${title} divides int64 as float64, which is not exact` : undefined,
);

const elementwise: OperationTable = {
  ...all(floatingPoint, 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Cos', 'Cosh', 'Erf'),
  ...all(floatingPoint, 'Exp', 'Floor', 'Log', 'Reciprocal', 'Round', 'Sigmoid', 'Sin', 'Sinh', 'Sqrt'),
  ...all(floatingPoint, 'Tan', 'Tanh', 'Elu', 'LeakyRelu', 'HardSigmoid', 'IsNaN'),
  ...all(both(floatingPoint, nonEmpty), 'Softplus', 'Softsign'),
  ...all(numbers, 'Abs', 'Neg', 'Relu', 'Sign'),
  ...all(both(numbers, alikeOrFewAxes), 'Add', 'Sub', 'Mul', 'Pow', 'Max', 'Min'),
  Div: division,
  ...all(both(bools, alikeOrFewAxes), 'Not', 'And', 'Or', 'Xor'),
  ...all(both(integers, alikeOrFewAxes), 'BitwiseNot', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor'),
  ...all(alikeOrFewAxes, 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'),
  Where: both(fewAxes, nonEmpty),
  Cast: whole,
  Mod: any(division, ({ fmod }) => (fmod ? `Mod with fmod 1 is not supported by ${title}` : undefined)),
  IsInf: any(floatingPoint, ({ negative, positive }) =>
    negative || positive ? undefined : `IsInf that detects neither sign is not supported by ${title}`,
  ),
  Clip: any(numbers, ({ low, high }) =>
    low !== null && high !== null && Number.isFinite(low) && Number.isFinite(high) && low <= high
      ? undefined
      : `Clip with bounds ${low} and ${high} is not supported by ${title}`,
  ),
  Gelu: any(floatingPoint, ({ approximate }) =>
    approximate === 'none' ? undefined : `Gelu with approximate ${approximate} is not supported by ${title}`,
  ),
  Selu: any(floatingPoint, ({ alpha, gamma }) =>
    isAbout(alpha, 1.6732632423543772) && isAbout(gamma, 1.0507009873554805)
      ? undefined
      : `Selu with alpha ${alpha} and gamma ${gamma} is not supported by ${title}`,
  ),
};

const isEmptyAlong = (x: Operand | undefined, axis: number) => at(shapeOf(x), axis) === 0;

const sum: Limit<'ReduceSum'> = any(numbers, fewAxes, ({ axes }, [x]) =>
  shapeOf(x).some((extent, axis) => extent === 0 && !axes.includes(axis))
    ? `ReduceSum with a result without elements is not supported by ${title}`
    : undefined,
);

const position: Limit<'ArgMax' | 'ArgMin'> = any(numbers, ({ axis }, [x]) =>
  isEmptyAlong(x, axis) ? `an axis without elements is not supported by ${title}` : undefined,
);

const product = both(
  ofTypes((type) => type !== 'bool' && type !== 'float16'),
  fewAxes,
  nonEmpty,
);

const shapes: OperationTable = {
  ReduceSum: sum,
  ...all(both(numbers, fewAxes, nonEmpty), 'ReduceProd', 'ReduceMax', 'ReduceMin'),
  ReduceMean: both(floatingPoint, fewAxes, nonEmpty),
  ArgMax: position,
  ArgMin: position,
  CumSum: numbers,
  ...all(floatingPoint, 'Softmax', 'LogSoftmax'),
  ...all(product, 'MatMul', 'Einsum'),
  ...all(both(float32, nonEmpty), 'Gemm', 'FusedMatMul'),
  ...wholly('Reshape', 'Concat', 'Split', 'Reverse', 'Gather'),
  Transpose: ({ perm }) =>
    perm.length > maxAxes + 1
      ? `Transpose of ${perm.length} axes is not supported by ${title}: it has ${maxAxes + 1} at most`
      : undefined,
  Expand: ({ shape }) => (shape.length > maxAxes ? tooMany : undefined),
  // Each repeated axis counts as two of its five.
  Tile: ({ repeats }) =>
    repeats.filter((each) => each !== 1).length > 2
      ? `Tile with repeats ${repeats} is not supported by ${title}: it repeats two axes at most`
      : undefined,
  Slice: fewAxes,
  // A plan is JSON, which has no infinities.
  Pad: any(fewAxes, ({ value }) =>
    Number.isFinite(value) ? undefined : `Pad with ${value} is not supported`,
  ),
};

const equalPads: Limit<'Conv' | 'ConvTranspose' | 'MaxPool' | 'AveragePool'> = ({ pads }) =>
  pads.every(([before, behind]) => before === behind)
    ? undefined
    : `a window with pads ${pads.join(' ')} is not supported by ${title}: it pads both sides alike`;

interface Pooling {
  readonly kernel: PerAxis;
  readonly dilations: PerAxis;
  readonly pads: Pads;
}

const pooling = ({ kernel, dilations, pads }: Pooling): string | undefined => {
  if (!isOne(dilations)) return `pooling with dilations ${dilations} is not supported by ${title}`;
  return pads.every(([before], axis) => before < at(kernel, axis))
    ? undefined
    : `pooling with pads ${pads.join(' ')} as wide as the kernel ${kernel} is not supported by ${title}`;
};

const convTranspose: Limit<'ConvTranspose'> = any<'ConvTranspose'>(
  both(float32And64, nonEmpty),
  equalPads,
  ({ strides, outputPadding }) => {
    if (strides.length === 3) return `ConvTranspose over 3 spatial axes is not supported by ${title}`;
    return outputPadding.every((each, axis) => each < at(strides, axis))
      ? undefined
      : `ConvTranspose with output_padding ${outputPadding} and strides ${strides} is not supported by ${title}`;
  },
);

const resize: Limit<'Resize'> = ({ mode, coordinates, sizes }) =>
  mode === 'linear' &&
  sizes.length === 2 &&
  // To a single position it takes the corner, whatever the coordinates are.
  (coordinates === 'align_corners' || (coordinates === 'half_pixel' && !sizes.includes(1)))
    ? undefined
    : `${mode} Resize to ${sizes} with coordinates ${coordinates} is not supported by ${title}`;

const windows: OperationTable = {
  Conv: any(both(float32And64, nonEmpty), equalPads),
  ConvTranspose: convTranspose,
  MaxPool: any<'MaxPool'>(both(floatingPoint, nonEmpty), equalPads, pooling),
  AveragePool: any<'AveragePool'>(both(floatingPoint, nonEmpty), equalPads, pooling),
  Resize: any(both(float32And64, nonEmpty), resize),
};

const normalisation: OperationTable = {
  ...all(both(float32And64, nonEmpty), 'BatchNormalization', 'TrainingBatchNormalization'),
  LayerNormalization: any(both(float32And64, nonEmpty), ({ axes }, [x]) =>
    sameList(axes, [shapeOf(x).length - 1])
      ? undefined
      : `LayerNormalization over axes ${axes} of ${shapeOf(x).length} is not supported by ${title}`,
  ),
  InstanceNormalization: both(float32, nonEmpty),
  LRN: any(both(float32, nonEmpty), ({ axis, size }, [x]) =>
    axis === 1 && size % 2 === 1 && shapeOf(x).length === 4
      ? undefined
      : `LRN of size ${size} along axis ${axis} of ${shapeOf(x).length} is not supported by ${title}`,
  ),
};

const layers: OperationTable = {
  ...all(both(float32And64, nonEmpty), 'LSTM', 'RNN'),
  GRU: any(both(float32And64, nonEmpty), ({ linearBeforeReset }) =>
    linearBeforeReset ? undefined : `GRU with linear_before_reset 0 is not supported by ${title}`,
  ),
};

const recurrent: RecurrentForm = {
  gates: { LSTM: 'ifco', GRU: 'rzh' },
  biases: { LSTM: 2, GRU: 2, RNN: 2 },
  transposed: false,
  batchFirst: false,
  states: 'stacked',
};

const operations: OperationTable = {
  ...elementwise,
  ...shapes,
  ...windows,
  ...normalisation,
  ...layers,
};

/** It has no other integers; narrower ones are held in wider ones. */
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

export const mxnet: Capabilities = {
  title,
  channels: 'first',
  operations,
  gemmOutputs: 'first',
  gemmFlattens: true,
  recurrent,
  types,
};

/** Integers have no gradient. */
const untrained = (reason: string) =>
  both(numbers, fewAxes, nonEmpty, (_, [x]) =>
    operandOf(x).type.startsWith('float') ? `${title}: ${reason}` : undefined,
  );

/** Gradients of these are wrong; `npm run conformance` and differences found them. */
export const mxnetInTraining: Capabilities = {
  ...mxnet,
  operations: {
    ...operations,
    // A group for each channel is right.
    Conv: any<'Conv'>(both(float32And64, nonEmpty), equalPads, ({ group, dilations }, [, filters]) =>
      group === 1 || at(shapeOf(filters), 1) === 1 || isOne(dilations)
        ? undefined
        : `the gradient of Conv with group ${group} and dilations ${dilations} is not supported by ${title}`,
    ),
    ConvTranspose: any<'ConvTranspose'>(convTranspose, ({ strides, dilations }) =>
      isOne(strides) || isOne(dilations)
        ? undefined
        : `the gradient of ConvTranspose with strides ${strides} and dilations ${dilations} is not supported by ${title}`,
    ),
    Selu: () => `the gradient of Selu is not supported by ${title}`,
    ReduceProd: untrained('the gradient of ReduceProd is NaN where an element is zero'),
    Einsum: any<'Einsum'>(product, ({ equation }) =>
      /([a-z])[a-z]*\1/i.test(equation.replace(/->.*/, ''))
        ? `the gradient of Einsum with ${equation}, a diagonal, is not supported by ${title}`
        : undefined,
    ),
  },
};

function operandOf(x: Operand | undefined): Operand {
  return defined(x, 'the operand');
}

function shapeOf(x: Operand | undefined): readonly number[] {
  return operandOf(x).shape;
}
