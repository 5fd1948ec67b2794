/**
 * What Caffe2 has of the vocabulary of operations, in the copy inside PyTorch 1.8.1, on the CPU:
 * `python-bridge/touchstone_bridge/frameworks/caffe2/operation_*.py`. Which types and shapes its operators take, and which
 * gradients are right, was found by calling each beside NumPy, and beside PyTorch's gradients.
 *
 * The wheel's operator `ATen` is left out: it calls PyTorch's kernels, which are `pytorch/cpu`.
 */
import type { DataType } from '../../model/graph.js';
import { type Capabilities, type Lack, type OperationTable, whole } from '../lowering/capabilities.js';
import { type AnyLack, all, any, both, unlessTypes } from '../lowering/limits.js';
import { recipesOf, stretchTo } from '../lowering/operations/interpolation.js';
import type { Operand, Pads, PerAxis } from '../lowering/operations/operation.js';

const title = 'Caffe2';

const floats = unlessTypes(title, (type) => type === 'float32');
const wideFloats = unlessTypes(title, (type) => type === 'float32' || type === 'float64');
const numbers = unlessTypes(title, (type) => type !== 'bool' && type !== 'float16');
/** Half precision is stored, and moved in some ways. */
const notHalf = unlessTypes(title, (type) => type !== 'float16');
const wholeNumbers = unlessTypes(title, (type) => type.includes('int'));
const bools = unlessTypes(title, (type) => type === 'bool');

/** Operators that divide the work by the number of elements, or copy none at all. */
const something: AnyLack = (_, inputs) =>
  inputs.some(({ shape }) => shape.includes(0))
    ? `${title} has it not for tensors of no elements`
    : undefined;

const elementwise: OperationTable = {
  ...all(floats, 'Abs', 'Acos', 'Asin', 'Atan', 'Ceil', 'Cos', 'Cosh', 'Erf', 'Exp', 'Floor', 'Log', 'Mish'),
  ...all(floats, 'Reciprocal', 'Relu', 'Sigmoid', 'Sin', 'Sinh', 'Softsign', 'Tan', 'Tanh', 'Clip'),
  ...all(floats, 'Elu', 'Gelu', 'HardSigmoid', 'LeakyRelu', 'Selu', 'Max', 'Min', 'Pow'),
  ...all(wideFloats, 'Sqrt', 'IsNaN'),
  ...all(numbers, 'Neg', 'Sign', 'Add', 'Sub', 'Mul', 'Div'),
  ...all(numbers, 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'),
  ...all(bools, 'Not', 'And', 'Or', 'Xor'),
  ...all(wholeNumbers, 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor'),
  Swish: any(floats, ({ alpha }) => (alpha === 1 ? undefined : `${title} has Swish with alpha 1 only`)),
  Equal: notHalf,
  Cast: whole,
  Where: whole,
};

const reductions: OperationTable = {
  ...all(both(numbers, something), 'ReduceMax', 'ReduceMin', 'ArgMax', 'ArgMin'),
  ...all(both(floats, something), 'ReduceMean', 'ReduceLogSumExp', 'Softmax', 'LogSoftmax', 'TopK', 'MatMul'),
  ReduceSum: numbers,
};

const scattered: Lack<'ScatterElements' | 'ScatterND'> = ({ reduction }, inputs) =>
  reduction === 'none' ? something({}, inputs) : `${title} scatters without a reduction only`;

const shapes: OperationTable = {
  Reshape: whole,
  Concat: whole,
  Split: whole,
  Slice: whole,
  Transpose: notHalf,
  Expand: both(notHalf, something),
  CumSum: both(numbers, something),
  ...all(something, 'Tile', 'Gather'),
  ScatterElements: scattered,
  ScatterND: scattered,
  // JSON has no infinities.
  Pad: ({ value }) => (Number.isFinite(value) ? undefined : `this plan has no Pad with ${value}`),
};

interface Window {
  readonly kernel: PerAxis;
  readonly dilations: PerAxis;
  readonly pads: Pads;
}

/** Pooling has no dilations, and none of its windows may see pads alone. */
const pooled = ({ kernel, dilations, pads }: Window): string | undefined => {
  if (dilations.some((each) => each > 1)) return `${title} pools with no dilations`;
  const isWide = pads.some((sides, axis) => Math.max(...sides) >= (kernel[axis] ?? 1));
  return isWide ? `${title} pools with no pads as wide as the kernel` : undefined;
};

const transposed: Lack<'ConvTranspose'> = ({ strides, dilations, outputPadding }) => {
  if (strides.length !== 2) return `${title} has ConvTranspose over two axes only`;
  if (dilations.some((each) => each > 1)) return `${title} has ConvTranspose without dilations only`;
  const isLong = outputPadding.some((each, axis) => each >= (strides[axis] ?? 1));
  return isLong ? `${title} makes nothing longer by a stride or more` : undefined;
};

/** `ResizeNearest`, which cuts positions off, and `UpsampleBilinear`, of pictures. */
const resized: Lack<'Resize'> = ({ mode, coordinates, nearest, sizes }, [x]) => {
  const from = x?.shape.slice(2) ?? [];
  if (sizes.length !== 2) return `${title} resizes over two axes only`;
  const isSized = sizes.every(
    (to, axis) => Math.trunc(Math.fround(Math.fround(to / (from[axis] ?? 1)) * (from[axis] ?? 1))) === to,
  );
  const isSmooth = mode === 'linear' && coordinates === 'align_corners';
  const isNear = mode === 'nearest' && isNearest(coordinates, nearest, from, sizes);
  return isSized && (isSmooth || isNear)
    ? undefined
    : `${title} has no ${mode} Resize with coordinates ${coordinates} and these sizes`;
};

/** Whether it picks the very elements that ONNX picks: it computes positions in float32. */
function isNearest(coordinates: string, nearest: string, from: PerAxis, sizes: PerAxis): boolean {
  const settings = {
    ...{ mode: 'nearest' as const, coordinates, nearest, cubic: -0.75 },
    ...{ excludeOutside: false, antialias: false },
  };
  return sizes.every((to, axis) => {
    const extent = from[axis] ?? 1;
    const scale = Math.fround(to / extent);
    return recipesOf(settings, stretchTo(extent, to))?.every(
      (recipe, place) =>
        recipe?.positions[0] === Math.min(Math.trunc(Math.fround(place / scale)), extent - 1),
    );
  });
}

const windows: OperationTable = {
  Conv: both(floats, something),
  ConvTranspose: any(both(floats, something), transposed),
  MaxPool: any(both(floats, something), pooled),
  AveragePool: any(both(floats, something), pooled),
  Resize: any(both(floats, something), resized),
};

const normalisation: OperationTable = {
  ...all(both(floats, something), 'LayerNormalization', 'InstanceNormalization', 'GroupNormalization'),
  ...all(both(floats, something), 'LSTM', 'GRU', 'RNN'),
  BatchNormalization: any(both(floats, something), ({ axis }, [x]) => {
    const rank = x?.shape.length ?? 0;
    return axis === 1 && rank >= 2 && rank <= 5
      ? undefined
      : `${title} has BatchNormalization along the second of at most five axes only`;
  }),
  LRN: any(both(floats, something), ({ axis, size }, [x]) =>
    axis === 1 && size % 2 === 1 && x?.shape.length === 4
      ? undefined
      : `${title} has LRN of an odd size along the channels of pictures only`,
  ),
};

const operations: OperationTable = {
  ...elementwise,
  ...reductions,
  ...shapes,
  ...windows,
  ...normalisation,
};

/** It computes with int32 and int64 alone of the whole numbers. */
export const caffe2: Capabilities = {
  title,
  channels: 'first',
  operations,
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

const everyPeak = () => `the gradient of ${title} goes whole to every one of several equal values`;

const unscattered: AnyLack = (_, inputs) =>
  inputs[0]?.type.startsWith('float') ? `${title} has no gradient of Scatter` : undefined;

/** Maxima are oneDNN's, whose gradient has two axes and takes thin pictures for others. */
const learningMaximum: Lack<'MaxPool'> = ({ kernel, strides, pads }, [x]) => {
  if (kernel.length !== 2) return `the gradient of ${title} has MaxPool over two axes only`;
  const from = x?.shape.slice(2) ?? [];
  const to = from.map((extent, axis) => {
    const padded = extent + (pads[axis]?.[0] ?? 0) + (pads[axis]?.[1] ?? 0);
    return Math.floor((padded - (kernel[axis] ?? 1)) / (strides[axis] ?? 1)) + 1;
  });
  const isThin = [...from, ...to].some((extent) => extent <= 1);
  return isThin ? `the gradient of ${title} has no MaxPool from or to a single row or column` : undefined;
};

const isOther = (type: DataType) => type === 'float64' || type === 'float16';

/** Nothing is cast that a gradient would come back through. */
function narrow(_: unknown, inputs: readonly Operand[]): string | undefined {
  return inputs.some(({ type }) => isOther(type)) ? `${title} learns in float32 only` : undefined;
}

export const caffe2InTraining: Capabilities = {
  ...caffe2,
  operations: {
    ...operations,
    Max: everyPeak,
    Min: everyPeak,
    ScatterElements: any(scattered, unscattered),
    ScatterND: any(scattered, unscattered),
    MaxPool: any(both(floats, something), pooled, learningMaximum),
    BatchNormalization: () => `the gradient of ${title} takes the statistics for those of the batch`,
    Cast: any(narrow, ({ to }) => (isOther(to) ? `${title} learns in float32 only` : undefined)),
  },
};
