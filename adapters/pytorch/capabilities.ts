/**
 * The operations that PyTorch 2.13 supports on the CPU; they are built by
 * `python-bridge/touchstone_bridge/frameworks/pytorch/operations/`. Which types its kernels support was found by calling each
 * with every type.
 */
import { at } from '../../common/at.js';
import { type DataType, elementCount } from '../../model/graph.js';
import {
  type Capabilities,
  type Limit,
  type OperationTable,
  type RecurrentForm,
  wholly,
} from '../lowering/capabilities.js';
import { all, any, isAbout, isSingleOrDouble, unlessTypes } from '../lowering/limits.js';
import { recipesOf, stretchTo } from '../lowering/operations/interpolation.js';
import type { OperationKind, Pads, PerAxis } from '../lowering/operations/operation.js';

const title = 'PyTorch';

const floatingPoint = unlessTypes(title, (type) => type.startsWith('float'));
const numbers = unlessTypes(title, (type) => type !== 'bool');
const bools = unlessTypes(title, (type) => type === 'bool');
const integers = unlessTypes(title, (type) => type.includes('int'));

const elementwise: OperationTable = {
  ...all(
    floatingPoint,
    'Acos',
    'Acosh',
    'Asin',
    'Asinh',
    'Atan',
    'Atanh',
    'Cos',
    'Cosh',
    'Erf',
    'Exp',
    'Log',
  ),
  ...all(floatingPoint, 'HardSwish', 'Mish', 'Reciprocal', 'Sigmoid', 'Sin', 'Sinh', 'Softplus', 'Softsign'),
  ...all(floatingPoint, 'Sqrt', 'Tan', 'Tanh', 'Celu', 'Elu', 'Gelu', 'LeakyRelu'),
  ...all(numbers, 'Abs', 'Ceil', 'Floor', 'Neg', 'Relu', 'Round', 'Sign'),
  ...all(numbers, 'Sub', 'Mul', 'Div', 'Pow', 'Mod', 'Add', 'Max', 'Min'),
  ...all(bools, 'Not', 'And', 'Or', 'Xor'),
  ...all(integers, 'BitwiseNot', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor', 'BitShift'),
  ...wholly('Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Where', 'Cast', 'IsNaN'),
  IsInf: ({ negative, positive }) =>
    negative || positive ? undefined : `IsInf that detects neither sign is not supported by ${title}`,
  // A plan is JSON, which has no infinities. A bound beyond which nothing lies is left out by the driver.
  Clip: any(numbers, ({ low, high }) =>
    low === Number.POSITIVE_INFINITY || high === Number.NEGATIVE_INFINITY
      ? `Clip with bounds ${low} and ${high} is not supported by ${title}`
      : undefined,
  ),
  HardSigmoid: any(floatingPoint, ({ alpha, beta }) =>
    isAbout(alpha, 1 / 6) && beta === 0.5
      ? undefined
      : `HardSigmoid with alpha ${alpha} and beta ${beta} is not supported by ${title}: it has 1/6 and 0.5`,
  ),
  Selu: any(floatingPoint, ({ alpha, gamma }) =>
    isAbout(alpha, 1.6732632423543772) && isAbout(gamma, 1.0507009873554805)
      ? undefined
      : `Selu with alpha ${alpha} and gamma ${gamma} is not supported by ${title}`,
  ),
  Swish: any(floatingPoint, ({ alpha }) =>
    alpha === 1 ? undefined : `Swish with alpha ${alpha} is not supported by ${title}`,
  ),
};

const alongElements: Limit<'ArgMax' | 'ArgMin' | 'CumSum'> = ({ axis }, [x], kind) =>
  at(x.shape, axis) === 0 ? `${kind} along an axis without elements is not supported by ${title}` : undefined;

const scatter: Limit<'ScatterElements' | 'ScatterND'> = ({ reduction }, [x], kind) =>
  reduction !== 'none' && x.type === 'bool'
    ? `${kind} with reduction ${reduction} is not supported for bool by ${title}`
    : undefined;

const shapes: OperationTable = {
  ...all(numbers, 'ReduceSum', 'ReduceProd', 'ReduceMax', 'ReduceMin', 'TopK'),
  ...all(numbers, 'MatMul', 'FusedMatMul', 'Einsum'),
  ...all(floatingPoint, 'Gemm', 'Attention'),
  ...all(unlessTypes(title, isSingleOrDouble), 'DFT', 'STFT'),
  ...all(floatingPoint, 'ReduceMean', 'ReduceLogSumExp', 'Softmax', 'LogSoftmax'),
  ArgMax: any(numbers, alongElements),
  ArgMin: any(numbers, alongElements),
  CumSum: any(numbers, alongElements),
  ...wholly('Reshape', 'Transpose', 'Expand', 'Tile', 'Concat', 'Split', 'Slice', 'Reverse'),
  ...wholly('Gather', 'GatherElements', 'GatherND'),
  // A plan is JSON, which has no infinities.
  Pad: ({ value }) => (Number.isFinite(value) ? undefined : `Pad with ${value} is not supported`),
  ScatterElements: scatter,
  ScatterND: scatter,
};

const isSymmetric = (pads: Pads) => pads.every(([before, behind]) => before === behind);

/** Its kernel for channels last, which follows a Transpose, counts positions in a signed integer as wide as the elements. */
const maxPoolPositions: Readonly<Partial<Record<DataType, number>>> = {
  int8: 2 ** 7 - 1,
  uint8: 2 ** 7 - 1,
  int16: 2 ** 15 - 1,
};

const maxPool: Limit<'MaxPool'> = ({ kernel, pads }, [x]) => {
  const { type, shape } = x;
  const reason = `is not supported for ${type} by ${title}`;
  const isSupported = type.startsWith('float') || (kernel.length > 1 && type.includes('int'));
  if (!isSupported) return `MaxPool over ${kernel.length} axes ${reason}`;
  const positions = elementCount(
    shape.slice(2).map((extent, axis) => extent + at(pads, axis)[0] + at(pads, axis)[1]),
  );
  const most = maxPoolPositions[type];
  return most !== undefined && positions > most ? `MaxPool over ${positions} positions ${reason}` : undefined;
};

const averagePool: Limit<'AveragePool'> = ({ kernel, dilations, pads, countPads }, [x]) => {
  if (dilations.some((each) => each > 1))
    return `AveragePool with dilations ${dilations} is not supported by ${title}`;
  if (x.type === 'float16' && kernel.length === 3)
    return `AveragePool over 3 axes is not supported for float16 by ${title}`;
  const isOwn = isSymmetric(pads) && pads.every(([before], axis) => 2 * before <= at(kernel, axis));
  return isOwn || countPads
    ? undefined
    : `AveragePool with pads ${pads.join(' ')} that do not count is not supported by ${title}`;
};

const convTranspose: Limit<'ConvTranspose'> = ({ pads, strides, dilations, outputPadding }) => {
  const isLong = outputPadding.some((each, axis) => each >= Math.max(at(strides, axis), at(dilations, axis)));
  if (isLong) return `ConvTranspose with output_padding ${outputPadding} is not supported by ${title}`;
  return isSymmetric(pads)
    ? undefined
    : `ConvTranspose with pads ${pads.join(' ')} is not supported by ${title}: it cuts both sides alike`;
};

const resize: Limit<'Resize'> = ({ mode, coordinates, nearest, sizes }, [x]) => {
  const { type, shape } = x;
  const reason = `${mode} Resize of ${type} to ${sizes} with coordinates ${coordinates} is not supported by ${title}`;
  if (mode === 'nearest') {
    const isSupported = type.startsWith('float') || type === 'uint8';
    return isSupported && isNearest(coordinates, nearest, shape.slice(2), sizes) ? undefined : reason;
  }
  if (!type.startsWith('float') || (mode === 'cubic' && sizes.length !== 2)) return reason;
  const isCentred =
    ['half_pixel', 'half_pixel_symmetric'].includes(coordinates) ||
    // PyTorch no longer has this rule for a single position.
    (coordinates === 'pytorch_half_pixel' && !sizes.includes(1));
  return isCentred || coordinates === 'align_corners' ? undefined : reason;
};

const windows: OperationTable = {
  Conv: floatingPoint,
  ConvTranspose: any(floatingPoint, convTranspose),
  MaxPool: maxPool,
  AveragePool: any(floatingPoint, averagePool),
  Resize: resize,
};

/** Whether `interpolate`, which computes positions in float32, picks the elements that ONNX picks. */
function isNearest(coordinates: string, nearest: string, from: PerAxis, sizes: PerAxis): boolean {
  const offset = coordinates === 'asymmetric' ? 0 : 0.5;
  const settings = {
    ...{ mode: 'nearest' as const, coordinates, nearest, cubic: -0.75 },
    ...{ excludeOutside: false, antialias: false },
  };
  return sizes.every((to, axis) => {
    const extent = at(from, axis);
    const recipes = recipesOf(settings, stretchTo(extent, to));
    return recipes?.every((recipe, place) =>
      [Math.fround, (value: number) => value].every((rounded) => {
        const position = Math.floor(rounded((place + offset) * rounded(extent / to)));
        return recipe?.positions[0] === Math.min(position, extent - 1);
      }),
    );
  });
}

const alongChannels: Limit<'BatchNormalization' | 'TrainingBatchNormalization'> = ({ axis }) =>
  axis === 1 ? undefined : `BatchNormalization along axis ${axis} is not supported by ${title}`;

const single = (kind: OperationKind) => `${kind} over a single element is not supported by ${title}`;

const normalisation: OperationTable = {
  BatchNormalization: any(floatingPoint, alongChannels),
  TrainingBatchNormalization: any(floatingPoint, alongChannels, (_, [x], kind) =>
    elementCount(x.shape) > at(x.shape, 1) ? undefined : single(kind),
  ),
  LayerNormalization: floatingPoint,
  InstanceNormalization: any(floatingPoint, (_, [x], kind) =>
    elementCount(x.shape.slice(2)) > 1 ? undefined : single(kind),
  ),
  GroupNormalization: any(floatingPoint, ({ groups }, [x], kind) =>
    elementCount(x.shape) > groups ? undefined : single(kind),
  ),
  LRN: any(floatingPoint, ({ axis, size }, [x]) => {
    const { type, shape } = x;
    if (type === 'float16') return `LRN is not supported for float16 by ${title}`;
    return axis === 1 && shape.length > 2 && size % 2 === 1
      ? undefined
      : `LRN of size ${size} along axis ${axis} of ${shape.length} is not supported by ${title}`;
  }),
};

const layers: OperationTable = {
  LSTM: floatingPoint,
  GRU: any(floatingPoint, ({ linearBeforeReset }) =>
    linearBeforeReset ? undefined : `GRU with linear_before_reset 0 is not supported by ${title}`,
  ),
  RNN: floatingPoint,
};

const recurrent: RecurrentForm = {
  gates: { LSTM: 'ifco', GRU: 'rzh' },
  biases: { LSTM: 2, GRU: 2, RNN: 2 },
  transposed: false,
  batchFirst: true,
  states: 'stacked',
};

/** Its unsigned types other than uint8 have hardly any kernels: they are held in signed ones, uint64 as far as int64 goes. */
const types: Capabilities['types'] = {
  float32: 'float32',
  float64: 'float64',
  float16: 'float16',
  bool: 'bool',
  int64: 'int64',
  int32: 'int32',
  int16: 'int16',
  int8: 'int8',
  uint8: 'uint8',
  uint16: 'int32',
  uint32: 'int64',
  uint64: 'int64',
};

export const pytorch: Capabilities = {
  title,
  channels: 'first',
  operations: { ...elementwise, ...shapes, ...windows, ...normalisation, ...layers },
  gemmOutputs: 'first',
  recurrent,
  types,
};
