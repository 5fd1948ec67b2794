/**
 * The operations that Caffe2 supports, in the copy inside PyTorch 1.8.1, on the CPU; they are built by
 * `python-bridge/touchstone_bridge/frameworks/caffe2/operations/`. Which types and shapes its operators accept, and which
 * gradients are right, was found by comparing each with NumPy, and with PyTorch's gradients.
 *
 * The wheel's operator `ATen` is not used: it calls PyTorch's kernels, which are `pytorch/cpu`.
 */
import { at } from '../../common/at.js';
import type { DataType } from '../../model/graph.js';
import { type Capabilities, type Limit, type OperationTable, whole } from '../lowering/capabilities.js';
import { type AnyLimit, all, any, both, unlessTypes } from '../lowering/limits.js';
import { recipesOf, stretchTo } from '../lowering/operations/interpolation.js';
import type { Operand, PerAxis } from '../lowering/operations/operation.js';

const title = 'Caffe2';

const float32 = unlessTypes(title, (type) => type === 'float32');
const float32And64 = unlessTypes(title, (type) => type === 'float32' || type === 'float64');
const numbers = unlessTypes(title, (type) => type !== 'bool' && type !== 'float16');
/** Half precision is stored, and moved by some operators. */
const notHalf = unlessTypes(title, (type) => type !== 'float16');
const integers = unlessTypes(title, (type) => type.includes('int'));
const bools = unlessTypes(title, (type) => type === 'bool');

/** Operators that divide the work by the number of elements, or fail for none. */
const nonEmpty: AnyLimit = (_, inputs, kind) =>
  inputs.some(({ shape }) => shape.includes(0))
    ? `${kind} of tensors without elements is not supported by ${title}`
    : undefined;

const elementwise: OperationTable = {
  ...all(float32, 'Abs', 'Acos', 'Asin', 'Atan', 'Ceil', 'Cos', 'Cosh', 'Erf', 'Exp', 'Floor', 'Log', 'Mish'),
  ...all(float32, 'Reciprocal', 'Relu', 'Sigmoid', 'Sin', 'Sinh', 'Softsign', 'Tan', 'Tanh', 'Clip'),
  ...all(float32, 'Elu', 'Gelu', 'HardSigmoid', 'LeakyRelu', 'Selu', 'Max', 'Min', 'Pow'),
  ...all(float32And64, 'Sqrt', 'IsNaN'),
  ...all(numbers, 'Neg', 'Sign', 'Add', 'Sub', 'Mul', 'Div'),
  ...all(numbers, 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'),
  ...all(bools, 'Not', 'And', 'Or', 'Xor'),
  ...all(integers, 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor'),
  Swish: any(float32, ({ alpha }) =>
    alpha === 1 ? undefined : `Swish with alpha ${alpha} is not supported by ${title}`,
  ),
  Equal: notHalf,
  Cast: whole,
  Where: whole,
};

const reductions: OperationTable = {
  ...all(both(numbers, nonEmpty), 'ReduceMax', 'ReduceMin', 'ArgMax', 'ArgMin'),
  ...all(both(float32, nonEmpty), 'ReduceMean', 'ReduceLogSumExp', 'Softmax', 'LogSoftmax', 'TopK'),
  ...all(both(float32, nonEmpty), 'MatMul', 'FusedMatMul', 'Gemm'),
  ReduceSum: numbers,
};

const scattered: Limit<'ScatterElements' | 'ScatterND'> = ({ reduction }, inputs, kind) =>
  reduction === 'none'
    ? nonEmpty({}, inputs, kind)
    : `${kind} with reduction ${reduction} is not supported by ${title}`;

const shapes: OperationTable = {
  Reshape: whole,
  Concat: whole,
  Split: whole,
  Slice: whole,
  Transpose: notHalf,
  Expand: both(notHalf, nonEmpty),
  CumSum: both(numbers, nonEmpty),
  ...all(nonEmpty, 'Tile', 'Gather'),
  ScatterElements: scattered,
  ScatterND: scattered,
  // JSON has no infinities.
  Pad: ({ value }) => (Number.isFinite(value) ? undefined : `Pad with ${value} is not supported by ${title}`),
};

const spatialOf = (x: Operand) => x.shape.slice(2);

const unsupportedAxes = (kind: string, perAxis: PerAxis) =>
  `${kind} over ${perAxis.length} spatial axes is not supported by ${title}`;

/** Pooling has no dilations, and no window may lie wholly within the pads. */
const pooled: Limit<'MaxPool' | 'AveragePool'> = ({ kernel, dilations, pads }, _, kind) => {
  if (dilations.some((each) => each > 1))
    return `${kind} with dilations ${dilations} is not supported by ${title}`;
  const isWide = pads.some((sides, axis) => Math.max(...sides) >= at(kernel, axis));
  return isWide
    ? `${kind} with pads ${pads.join(' ')} as wide as the kernel ${kernel} is not supported by ${title}`
    : undefined;
};

const transposed: Limit<'ConvTranspose'> = ({ strides, dilations, outputPadding }) => {
  if (strides.length !== 2) return unsupportedAxes('ConvTranspose', strides);
  if (dilations.some((each) => each > 1))
    return `ConvTranspose with dilations ${dilations} is not supported by ${title}`;
  const isLong = outputPadding.some((each, axis) => each >= at(strides, axis));
  return isLong
    ? `ConvTranspose with output_padding ${outputPadding} and strides ${strides} is not supported by ${title}`
    : undefined;
};

/** `ResizeNearest`, which truncates positions, and `UpsampleBilinear`, over two spatial axes. */
const resized: Limit<'Resize'> = ({ mode, coordinates, nearest, sizes }, [x]) => {
  const from = spatialOf(x);
  if (sizes.length !== 2) return unsupportedAxes('Resize', sizes);
  const isSized = sizes.every((to, axis) => {
    const extent = at(from, axis);
    return Math.trunc(Math.fround(Math.fround(to / extent) * extent)) === to;
  });
  const isSmooth = mode === 'linear' && coordinates === 'align_corners';
  const isNear = mode === 'nearest' && isNearest(coordinates, nearest, from, sizes);
  return isSized && (isSmooth || isNear)
    ? undefined
    : `${mode} Resize with coordinates ${coordinates} from ${from} to ${sizes} is not supported by ${title}`;
};

/** Whether `ResizeNearest`, which computes positions in float32, picks the elements that ONNX picks. */
function isNearest(coordinates: string, nearest: string, from: PerAxis, sizes: PerAxis): boolean {
  const settings = {
    ...{ mode: 'nearest' as const, coordinates, nearest, cubic: -0.75 },
    ...{ excludeOutside: false, antialias: false },
  };
  return sizes.every((to, axis) => {
    const extent = at(from, axis);
    const scale = Math.fround(to / extent);
    return recipesOf(settings, stretchTo(extent, to))?.every(
      (recipe, place) =>
        recipe?.positions[0] === Math.min(Math.trunc(Math.fround(place / scale)), extent - 1),
    );
  });
}

const windows: OperationTable = {
  Conv: both(float32, nonEmpty),
  ConvTranspose: any(both(float32, nonEmpty), transposed),
  MaxPool: any(both(float32, nonEmpty), pooled),
  AveragePool: any(both(float32, nonEmpty), pooled),
  Resize: any(both(float32, nonEmpty), resized),
};

const batchNormalisation: Limit<'BatchNormalization' | 'TrainingBatchNormalization'> = any(
  both(float32, nonEmpty),
  ({ axis }, [x]) => {
    const rank = x.shape.length;
    return axis === 1 && rank >= 2 && rank <= 5
      ? undefined
      : `BatchNormalization along axis ${axis} of ${rank} axes is not supported by ${title}`;
  },
);

const normalisation: OperationTable = {
  ...all(both(float32, nonEmpty), 'LayerNormalization', 'InstanceNormalization', 'GroupNormalization'),
  ...all(both(float32, nonEmpty), 'LSTM', 'GRU', 'RNN'),
  BatchNormalization: batchNormalisation,
  TrainingBatchNormalization: batchNormalisation,
  LRN: any(both(float32, nonEmpty), ({ axis, size }, [x]) =>
    axis === 1 && size % 2 === 1 && x.shape.length === 4
      ? undefined
      : `LRN of size ${size} along axis ${axis} of ${x.shape.length} axes is not supported by ${title}`,
  ),
};

const operations: OperationTable = {
  ...elementwise,
  ...reductions,
  ...shapes,
  ...windows,
  ...normalisation,
};

/** Integers are int32 or int64. */
export const caffe2: Capabilities = {
  title,
  channels: 'first',
  operations,
  gemmOutputs: 'first',
  gemmFlattens: true,
  recurrent: {
    gates: { LSTM: 'ifoc', GRU: 'rzh' },
    biases: { LSTM: 2, GRU: 2, RNN: 2 },
    transposed: false,
    batchFirst: false,
    states: 'stacked',
  },
  types: {
    float32: 'float32',
    float64: 'float64',
    float16: 'float16',
    int8: 'int32',
    uint8: 'int32',
    int16: 'int32',
    uint16: 'int32',
    uint32: 'int64',
    int32: 'int32',
    int64: 'int64',
    bool: 'bool',
  },
};

/** Every one of tied elements gets the whole gradient. */
const ties: AnyLimit = (_, __, kind) =>
  `the gradient of ${kind} is not supported by ${title}: it is wrong for ties`;

const unscattered: AnyLimit = (_, inputs, kind) =>
  at(inputs, 0).type.startsWith('float') ? `the gradient of ${kind} is not supported by ${title}` : undefined;

/**
 * With a gradient MaxPool is oneDNN's: two spatial axes only, and wrong for images of a single row or column, whose layout it
 * mistakes.
 */
const trainedMaximum: Limit<'MaxPool'> = ({ kernel, strides, pads }, [x]) => {
  if (kernel.length !== 2) return `${unsupportedAxes('MaxPool', kernel)} in training`;
  const from = spatialOf(x);
  const to = from.map((extent, axis) => {
    const [before, behind] = at(pads, axis);
    return Math.floor((before + extent + behind - at(kernel, axis)) / at(strides, axis)) + 1;
  });
  return [...from, ...to].some((extent) => extent <= 1)
    ? `MaxPool from ${from} to ${to} is not supported by ${title} in training`
    : undefined;
};

const isOther = (type: DataType) => type === 'float64' || type === 'float16';

/** Cast has no gradient, so that a model in training may have none between floating-point types. */
const castInTraining: Limit<'Cast'> = ({ to }, inputs) => {
  const other = [to, ...inputs.map(({ type }) => type)].find(isOther);
  return other && `Cast of ${other} is not supported by ${title} in training`;
};

export const caffe2InTraining: Capabilities = {
  ...caffe2,
  operations: {
    ...operations,
    Max: ties,
    Min: ties,
    ScatterElements: any(scattered, unscattered),
    ScatterND: any(scattered, unscattered),
    MaxPool: any(both(float32, nonEmpty), pooled, trainedMaximum),
    BatchNormalization: () =>
      `the gradient of BatchNormalization with statistics that are given is not supported by ${title}`,
    Cast: castInTraining,
  },
};
