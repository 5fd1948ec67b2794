/**
 * What TensorFlow.js 4.22.0 has, by backend: found by calling every kernel with every type and up to eight axes beside plain
 * JavaScript, since kernels that lack something more often give wrong numbers than errors.
 *
 * int64 and the narrow integers are int32, the only integer there is.
 */
import {
  type Capabilities,
  type Limit as Lack,
  type OperationTable,
  onlyTypes,
  whole,
} from '../lowering/capabilities.js';
import {
  arithmetic,
  comparisons,
  type Operand,
  type OperationKind,
  type Operations,
  type Pads,
  type PerAxis,
} from '../lowering/operations/operation.js';

export type Backend = 'cpu' | 'wasm' | 'tensorflow';

export const title = 'TensorFlow.js';

/** Several kinds with one check. */
export function all(
  kinds: readonly OperationKind[],
  lack: (settings: unknown, inputs: readonly Operand[], kind: OperationKind) => string | undefined,
) {
  return Object.fromEntries(kinds.map((kind) => [kind, lack])) as OperationTable;
}

/** The first reason. */
function any<Kind extends OperationKind>(...lacks: readonly Lack<Kind>[]): Lack<Kind> {
  return (settings, inputs, kind) => {
    for (const lack of lacks) {
      const reason = lack(settings, inputs, kind);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
}

const floats = onlyTypes(title, 'float32');
const numbers = onlyTypes(title, 'float32', 'int32');
const whole32 = onlyTypes(title, 'int32');
const bools = onlyTypes(title, 'bool');

const elementwise: OperationTable = {
  ...all(
    [
      ...([
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
      ] as const),
      ...([
        'Log',
        'Reciprocal',
        'Round',
        'Sigmoid',
        'Sin',
        'Sinh',
        'Softplus',
        'Sqrt',
        'Tan',
        'Tanh',
      ] as const),
      ...(['IsNaN', 'LeakyRelu'] as const),
    ],
    floats,
  ),
  ...all([...arithmetic, ...comparisons, 'Abs', 'Neg', 'Relu', 'Sign', 'Mod', 'Clip'], numbers),
  ...all(['Not', 'And', 'Or'], bools),
  ...all(['BitwiseAnd', 'BitwiseOr', 'BitwiseXor', 'BitwiseNot', 'BitShift'], whole32),
  ...all(['Cast', 'Where', 'Equal'], whole),
  Elu: any(floats, ({ alpha }) => (alpha === 1 ? undefined : `${title} has Elu with alpha 1 only`)),
  Selu: any(floats, ({ alpha, gamma }) =>
    Math.abs(alpha - 1.6732632423543772) < 1e-6 && Math.abs(gamma - 1.0507009873554805) < 1e-6
      ? undefined
      : `${title} has Selu with its own alpha and gamma only`,
  ),
  Clip: any(numbers, ({ low, high }) =>
    low !== null && high !== null && low > high ? `${title} clips to bounds in order only` : undefined,
  ),
  IsInf: any(floats, ({ negative, positive }) =>
    negative && positive ? undefined : `${title} tells infinities of both signs only`,
  ),
};

const lastAxis: Lack<'Softmax' | 'LogSoftmax'> = any(floats, ({ axis }, [x]) =>
  x && axis === x.shape.length - 1 ? undefined : `${title} has it along the last axis only`,
);

const ofNone: Lack<'ReduceMax' | 'ReduceMin'> = any(numbers, (_, [x]) =>
  x?.type === 'int32' && x.shape.includes(0) ? `${title} has no largest of no integers` : undefined,
);

const reductions: OperationTable = {
  ...all(['ReduceSum', 'ReduceProd', 'ArgMax', 'ArgMin', 'CumSum', 'TopK'], numbers),
  ReduceMean: floats,
  ReduceLogSumExp: any(floats, (_, [x]) =>
    x?.shape.includes(0) ? `${title} sums no elements there` : undefined,
  ),
  ReduceMax: ofNone,
  ReduceMin: ofNone,
  Softmax: lastAxis,
  LogSoftmax: lastAxis,
  MatMul: numbers,
  Einsum: any(numbers, ({ equation }, { length }) => {
    if (equation.includes('.')) return `${title} has no Einsum with an ellipsis`;
    const repeats = equation.split(/,|->/).some((labels) => new Set(labels).size < labels.length);
    if (repeats) return `${title} has no Einsum with a label twice in one operand`;
    return length > 2 ? `${title} has Einsum of two operands at most` : undefined;
  }),
};

const added: Lack<'ScatterElements' | 'ScatterND'> = ({ reduction }, [x]) => {
  if (reduction !== 'none' && reduction !== 'add') return `${title} scatters with no reduction ${reduction}`;
  return reduction === 'add' && x?.type === 'bool' ? `${title} adds no bool` : undefined;
};

const shapes: OperationTable = {
  ...all(
    ['Reshape', 'Transpose', 'Expand', 'Tile', 'Concat', 'Split', 'Slice', 'Reverse', 'Pad', 'Gather'],
    whole,
  ),
  GatherND: ({ batchDims }) =>
    batchDims === 0 ? undefined : `${title} has GatherND without batch_dims only`,
  ScatterElements: added,
  ScatterND: added,
};

export const isOne = (numbers: PerAxis) => numbers.every((each) => each === 1);
export const isPadded = (pads: Pads) => pads.some(([before, behind]) => before > 0 || behind > 0);

interface Window {
  readonly strides: PerAxis;
  readonly dilations: PerAxis;
  readonly pads: Pads;
}

const strided = ({ strides, dilations }: Window) =>
  isOne(strides) || isOne(dilations)
    ? undefined
    : `${title} has no windows with strides and dilations at once`;

const undilated = ({ dilations }: Window) =>
  isOne(dilations) ? undefined : `${title} has no dilations there`;

/** Of three axes it takes TensorFlow's two paddings only. */
const unpaddedVolume = ({ pads }: Window) =>
  pads.length === 3 && isPadded(pads) ? `${title} pads nothing over three axes` : undefined;

const flat = ({ strides }: Pick<Window, 'strides'>) =>
  strides.length === 3 ? `${title} has wrong kernels of three axes there` : undefined;

const unpadded = ({ pads }: Window) => (isPadded(pads) ? `${title} has not these pads` : undefined);

/** Groups are of one channel each, over pictures; then strides are alike. */
const grouped: Lack<'Conv'> = ({ group, strides, dilations }, [x, filters]) => {
  if (group === 1) return undefined;
  const isEach = x?.shape.at(-1) === group && filters?.shape.at(-2) === 1;
  if (!isEach || strides.length > 2) return `${title} has no groups of several channels`;
  const alike = [strides, dilations].every((each) => new Set(each).size === 1);
  return alike ? undefined : `${title} has groups with strides and dilations that are alike only`;
};

const sizedPool: Lack<'AveragePool'> = ({ countPads, pads }) =>
  countPads && isPadded(pads) ? `${title} has averages without the pads only` : undefined;

/** Of pads alone each backend makes something else. */
const seeing = ({ kernel, pads }: Operations['MaxPool']) =>
  pads.some(([before, behind], axis) => Math.max(before, behind) >= (kernel[axis] ?? 1))
    ? `${title} has no windows of pads alone`
    : undefined;

const windows: OperationTable = {
  Conv: any(floats, strided, unpaddedVolume, grouped),
  ConvTranspose: any(floats, undilated, unpaddedVolume, ({ group }) =>
    group === 1 ? undefined : `${title} has no ConvTranspose with groups`,
  ),
  MaxPool: any(floats, undilated, unpaddedVolume, seeing),
  AveragePool: any(floats, undilated, unpaddedVolume, seeing, sizedPool),
  Resize: any(floats, resized),
};

/**
 * `tf.image.resizeBilinear` and `resizeNearestNeighbor`, of pictures: the latter takes the upper of two nearest, and
 * without half pixels the one below.
 */
function resized(
  { mode, coordinates, nearest, sizes }: Operations['Resize'],
  [x]: readonly Operand[],
): string | undefined {
  const lacking = `${title} has no Resize like that`;
  if (x?.shape.length !== 4 || mode === 'cubic') return lacking;
  if (!['half_pixel', 'asymmetric', 'align_corners'].includes(coordinates)) return lacking;
  if (mode === 'linear') return undefined;
  if (coordinates === 'asymmetric') return nearest === 'floor' ? undefined : lacking;
  return coordinates === 'half_pixel' && !isBetween(x.shape.slice(1, 3), sizes) && nearest.startsWith('round')
    ? undefined
    : lacking;
}

/** Whether a position lies in the middle of two elements, where ways of rounding differ. */
function isBetween(from: PerAxis, to: PerAxis): boolean {
  return to.some((size, axis) =>
    Array.from({ length: size }, (_, place) => (2 * place + 1) * (from[axis] ?? 1)).some(
      (doubled) => doubled % (2 * size) === 0,
    ),
  );
}

const normalisation: OperationTable = {
  BatchNormalization: any(floats, ({ axis }, [x]) => {
    const rank = x?.shape.length ?? 0;
    return axis === rank - 1 && rank <= 4
      ? undefined
      : `${title} has BatchNormalization along the last of four axes only`;
  }),
  LRN: any(floats, ({ axis, size }, [x]) => {
    const rank = x?.shape.length ?? 0;
    return size % 2 === 1 && axis === rank - 1 && (rank === 3 || rank === 4)
      ? undefined
      : `${title} has LRN of an odd size along the last axis only`;
  }),
};

const common: OperationTable = { ...elementwise, ...reductions, ...shapes, ...windows, ...normalisation };

/** More checks of some operations. */
export function narrowed(table: OperationTable, checks: OperationTable): OperationTable {
  const entries = Object.entries(checks).map(([kind, check]) => {
    const own = table[kind as OperationKind];
    return [kind, own ? any(own as Lack<OperationKind>, check as Lack<OperationKind>) : check];
  });
  return { ...table, ...Object.fromEntries(entries) };
}

function ranked(most: number) {
  return (_: unknown, inputs: readonly Operand[]) =>
    inputs.some(({ shape }) => shape.length > most)
      ? `its backend has no more than ${most} axes there`
      : undefined;
}

const byBackend: Readonly<Record<Backend, OperationTable>> = {
  // Its magnitudes are of float32.
  cpu: { Abs: floats },
  wasm: {
    Abs: floats,
    Neg: floats,
    Clip: floats,
    Reverse: numbers,
    ...all([...arithmetic, 'Pad', 'Mod', 'BitShift'], ranked(6)),
    MatMul: (_, [x]) => (x?.type === 'int32' ? ranked(5)({}, [x]) : undefined),
    // They start from the least positive number, and from what was there before.
    MaxPool: flat,
    ConvTranspose: flat,
    Einsum: () => 'the WebAssembly backend of TensorFlow.js has no kernel Einsum',
  },
  tensorflow: {
    ...all(['ArgMax', 'ArgMin'], ranked(7)),
    Conv: ({ dilations }) =>
      dilations.length === 3 && !isOne(dilations) ? `${title} dilates nothing over three axes` : undefined,
    ConvTranspose: unpadded,
    MaxPool: unpadded,
    AveragePool: unpadded,
  },
};

export function tfjsCapabilities(backend: Backend): Capabilities {
  const own = narrowed(common, byBackend[backend]);
  return {
    title,
    channels: 'last',
    operations: narrowed(own, all(Object.keys(own) as OperationKind[], ranked(8))),
    types: {
      float32: 'float32',
      bool: 'bool',
      int64: 'int32',
      int32: 'int32',
      int16: 'int32',
      int8: 'int32',
      uint16: 'int32',
      uint8: 'int32',
    },
  };
}
