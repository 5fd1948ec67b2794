/**
 * What PyTorch 2.13 has of the vocabulary of operations on the CPU:
 * `python-bridge/touchstone_bridge/frameworks/pytorch/operation_*.py`. Which types its kernels take was found by calling each
 * with every type.
 */
import type { DataType } from '../../model/graph.js';
import { type Capabilities, type Lack, type OperationTable, wholly } from '../lowering/capabilities.js';
import { recipesOf, stretchTo } from '../lowering/operations/interpolation.js';
import type { Operand, OperationKind, Pads, PerAxis } from '../lowering/operations/operation.js';

const title = 'PyTorch';

type AnyLack = (settings: unknown, inputs: readonly Operand[]) => string | undefined;

function of(isTaken: (type: DataType) => boolean): AnyLack {
  return (_, inputs) => {
    const other = inputs.find(({ type }) => !isTaken(type));
    return other && `${title} has it not for ${other.type}`;
  };
}

const fractions = of((type) => type.startsWith('float'));
const numbers = of((type) => type !== 'bool');
const bools = of((type) => type === 'bool');
const wholeNumbers = of((type) => type.includes('int'));

/** Several kinds with one check. */
function all(lack: AnyLack, ...kinds: readonly OperationKind[]): OperationTable {
  return Object.fromEntries(kinds.map((kind) => [kind, lack]));
}

/** The first reason. */
function any<Kind extends OperationKind>(...lacks: readonly Lack<Kind>[]): Lack<Kind> {
  return (settings, inputs) => {
    for (const lack of lacks) {
      const reason = lack(settings, inputs);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
}

/** Constants that are written with the eight digits of a float32. */
function isAbout(value: number, constant: number): boolean {
  return Math.abs(value - constant) < 1e-7;
}

const elementwise: OperationTable = {
  ...all(fractions, 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Cos', 'Cosh', 'Erf', 'Exp', 'Log'),
  ...all(fractions, 'HardSwish', 'Mish', 'Reciprocal', 'Sigmoid', 'Sin', 'Sinh', 'Softplus', 'Softsign'),
  ...all(fractions, 'Sqrt', 'Tan', 'Tanh', 'Celu', 'Elu', 'Gelu', 'LeakyRelu'),
  ...all(numbers, 'Abs', 'Ceil', 'Floor', 'Neg', 'Relu', 'Round', 'Sign'),
  ...all(numbers, 'Sub', 'Mul', 'Div', 'Pow', 'Mod', 'Add', 'Max', 'Min'),
  ...all(bools, 'Not', 'And', 'Or', 'Xor'),
  ...all(wholeNumbers, 'BitwiseNot', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor', 'BitShift'),
  ...wholly('Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Where', 'Cast', 'IsNaN'),
  IsInf: ({ negative, positive }) =>
    negative || positive ? undefined : `${title} tells infinities of one sign at least`,
  // JSON has no infinities; those that bound nothing are as good as none.
  Clip: any(numbers, ({ low, high }) =>
    low === Number.POSITIVE_INFINITY || high === Number.NEGATIVE_INFINITY
      ? 'this plan has no Clip to infinities'
      : undefined,
  ),
  HardSigmoid: any(fractions, ({ alpha, beta }) =>
    isAbout(alpha, 1 / 6) && beta === 0.5 ? undefined : `${title} has HardSigmoid with its own slope only`,
  ),
  Selu: any(fractions, ({ alpha, gamma }) =>
    isAbout(alpha, 1.6732632423543772) && isAbout(gamma, 1.0507009873554805)
      ? undefined
      : `${title} has Selu with its own alpha and gamma only`,
  ),
  Swish: any(fractions, ({ alpha }) => (alpha === 1 ? undefined : `${title} has Swish with alpha 1 only`)),
};

const alongSome: Lack<'ArgMax' | 'ArgMin'> = ({ axis }, [x]) =>
  x?.shape[axis] === 0 ? `${title} finds no peak of nothing` : undefined;

const scatter: Lack<'ScatterElements' | 'ScatterND'> = ({ reduction }, [x]) =>
  reduction !== 'none' && x?.type === 'bool' ? `${title} reduces no bool` : undefined;

const shapes: OperationTable = {
  ...all(numbers, 'ReduceSum', 'ReduceProd', 'ReduceMax', 'ReduceMin', 'TopK', 'MatMul', 'Einsum'),
  ...all(fractions, 'ReduceMean', 'ReduceLogSumExp', 'Softmax', 'LogSoftmax'),
  ArgMax: any(numbers, alongSome),
  ArgMin: any(numbers, alongSome),
  CumSum: any(numbers, ({ axis }, [x]) =>
    x?.shape[axis] === 0 ? `${title} has no CumSum of nothing` : undefined,
  ),
  ...wholly('Reshape', 'Transpose', 'Expand', 'Tile', 'Concat', 'Split', 'Slice', 'Reverse'),
  ...wholly('Gather', 'GatherElements', 'GatherND'),
  // JSON has no infinities.
  Pad: ({ value }) => (Number.isFinite(value) ? undefined : `this plan has no Pad with ${value}`),
  ScatterElements: scatter,
  ScatterND: scatter,
};

const isSymmetric = (pads: Pads) => pads.every(([before, behind]) => before === behind);

function pooledTypes(type: DataType, axes: number): string | undefined {
  if (type.startsWith('float') || (axes > 1 && type.includes('int'))) return undefined;
  return `${title} pools no ${type} over ${axes} axes`;
}

const averaged: Lack<'AveragePool'> = ({ kernel, dilations, pads, countPads }, [x]) => {
  if (dilations.some((each) => each > 1)) return `${title} has no AveragePool with dilations`;
  if (x?.type === 'float16' && kernel.length === 3) return `${title} averages no float16 over three axes`;
  const isOwn = isSymmetric(pads) && pads.every(([before], axis) => 2 * before <= (kernel[axis] ?? 1));
  return isOwn || countPads ? undefined : `${title} has not these pads without counting them`;
};

/** What is longer than the strides or dilations allow for, or cut differently on both sides, is written out. */
const transposed: Lack<'ConvTranspose'> = ({ pads, strides, dilations, outputPadding }) => {
  const isLong = outputPadding.some(
    (each, axis) => each >= Math.max(strides[axis] ?? 1, dilations[axis] ?? 1),
  );
  return isSymmetric(pads) && !isLong ? undefined : `${title} has not these pads`;
};

const windows: OperationTable = {
  Conv: fractions,
  ConvTranspose: any(fractions, transposed),
  MaxPool: ({ kernel }, [x]) => pooledTypes(x?.type ?? 'bool', kernel.length),
  AveragePool: any(fractions, averaged),
  Resize: ({ mode, coordinates, nearest, sizes }, [x]) => {
    const from = x?.shape.slice(2) ?? [];
    const isCentred =
      ['half_pixel', 'half_pixel_symmetric'].includes(coordinates) ||
      // PyTorch's own rule is another for a single position since.
      (coordinates === 'pytorch_half_pixel' && !sizes.includes(1));
    if (mode === 'nearest') {
      const isTaken = x?.type.startsWith('float') || x?.type === 'uint8';
      return isTaken && isNearest(coordinates, nearest, from, sizes)
        ? undefined
        : `${title} has no such Resize`;
    }
    const isSmooth =
      fractions({}, x ? [x] : []) === undefined && (isCentred || coordinates === 'align_corners');
    if (mode === 'cubic' && sizes.length !== 2) return `${title} has cubic Resize over two axes only`;
    return isSmooth ? undefined : `${title} has no ${mode} Resize with coordinates ${coordinates}`;
  },
};

/** Whether `interpolate` picks the very elements that ONNX picks: it computes positions in float32. */
function isNearest(coordinates: string, nearest: string, from: PerAxis, sizes: PerAxis): boolean {
  const offset = coordinates === 'asymmetric' ? 0 : 0.5;
  const settings = {
    ...{ mode: 'nearest' as const, coordinates, nearest, cubic: -0.75 },
    ...{ excludeOutside: false, antialias: false },
  };
  return sizes.every((to, axis) => {
    const extent = from[axis] ?? 1;
    const recipes = recipesOf(settings, stretchTo(extent, to));
    return recipes?.every((recipe, place) =>
      [Math.fround, (value: number) => value].every((rounded) => {
        const position = Math.floor(rounded((place + offset) * rounded(extent / to)));
        return recipe?.positions[0] === Math.min(position, extent - 1);
      }),
    );
  });
}

const normalisation: OperationTable = {
  BatchNormalization: any(fractions, ({ axis }) =>
    axis === 1 ? undefined : `${title} has BatchNormalization along the second axis only`,
  ),
  LayerNormalization: fractions,
  InstanceNormalization: any(fractions, (_, [x]) =>
    countOf(x, 2) > 1 ? undefined : `${title} normalises no single element`,
  ),
  GroupNormalization: any(fractions, ({ groups }, [x]) =>
    countOf(x, 0) > groups ? undefined : `${title} normalises no single element`,
  ),
  LRN: any(fractions, ({ axis, size }, [x]) => {
    const rank = x?.shape.length ?? 0;
    if (x?.type === 'float16') return `${title} has LRN not for float16`;
    return axis === 1 && rank > 2 && size % 2 === 1
      ? undefined
      : `${title} has LRN of an odd size along the second of three axes only`;
  }),
};

/** Elements from that axis on. */
function countOf(x: Operand | undefined, axis: number): number {
  return (x?.shape ?? []).slice(axis).reduce((product, extent) => product * extent, 1);
}

const recurrent: OperationTable = {
  LSTM: fractions,
  GRU: any(fractions, ({ linearBeforeReset }) =>
    linearBeforeReset ? undefined : `${title} resets the state of its GRU behind the product only`,
  ),
  RNN: fractions,
};

/** Its unsigned types but for uint8 have hardly any kernels: 16 bits lie in 32, wider ones nowhere. */
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
};

export const pytorch: Capabilities = {
  title,
  channels: 'first',
  operations: { ...elementwise, ...shapes, ...windows, ...normalisation, ...recurrent },
  types,
};
