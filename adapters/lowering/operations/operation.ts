/**
 * The vocabulary of plans of operations: what remains of a graph once its operator set, its optional inputs, its constant
 * settings and the layout of its values have been settled. Each framework has its own operation for (nearly) each; what is
 * missing is decomposed into simpler ones (`decompositions/`), as ONNX itself defines its function operators.
 *
 * Names are ONNX's, and so are the meanings, of the newest operator set. What differs from ONNX:
 * - Axes are positions in the native tensor, never negative. Nothing is optional: settings say all.
 * - Operands of one operation have one element type, except where it is said. Shapes broadcast as NumPy's.
 * - Layouts of images, filters and recurrent weights are those of the backend's capabilities (`capabilities.ts`).
 */
import type { DataType } from '../../../model/graph.js';

/** (before, behind), for each axis that the operation goes over. */
export type Pads = readonly (readonly [number, number])[];
/** One number for each spatial axis. */
export type PerAxis = readonly number[];
type None = Readonly<Record<string, never>>;

interface Window {
  readonly kernel: PerAxis;
  readonly strides: PerAxis;
  readonly dilations: PerAxis;
  /** For each spatial axis; `ceil_mode` and `auto_pad` are resolved. */
  readonly pads: Pads;
}

/** One operand; the result has its type. */
export const plainUnary = [
  ...['Abs', 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'BitwiseNot', 'Ceil', 'Cos', 'Cosh', 'Erf'],
  ...['Exp', 'Floor', 'HardSwish', 'Log', 'Mish', 'Neg', 'Not', 'Reciprocal', 'Relu', 'Round', 'Sigmoid'],
  ...['Sign', 'Sin', 'Sinh', 'Softplus', 'Softsign', 'Sqrt', 'Tan', 'Tanh'],
] as const satisfies string[];

/** Two operands; `Div` of integers truncates towards zero. */
export const arithmetic = ['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min'] as const satisfies string[];
export const logic = ['And', 'Or', 'Xor'] as const satisfies string[];
export const bitwise = ['BitwiseAnd', 'BitwiseOr', 'BitwiseXor'] as const satisfies string[];
/** Two operands; the result is bool. */
export const comparisons = [
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
] as const satisfies string[];
/** Over axes, ascending; without `keepdims` they are removed. */
export const reductions = [
  'ReduceSum',
  'ReduceMean',
  'ReduceMax',
  'ReduceMin',
  'ReduceProd',
  'ReduceLogSumExp',
] as const satisfies string[];

export type PlainUnary = (typeof plainUnary)[number];
export type Arithmetic = (typeof arithmetic)[number];
export type Logic = (typeof logic)[number];
export type Bitwise = (typeof bitwise)[number];
export type Comparison = (typeof comparisons)[number];
export type Reduction = (typeof reductions)[number];
export type PlainBinary = Arithmetic | Logic | Bitwise | Comparison;

/** Settings by kind. */
export type Operations = { readonly [Kind in PlainUnary | PlainBinary]: None } & {
  readonly [Kind in Reduction]: { readonly axes: readonly number[]; readonly keepdims: boolean };
} & {
  // One operand.
  readonly Celu: { readonly alpha: number };
  readonly Elu: { readonly alpha: number };
  readonly Gelu: { readonly approximate: 'none' | 'tanh' };
  readonly HardSigmoid: { readonly alpha: number; readonly beta: number };
  readonly LeakyRelu: { readonly alpha: number };
  readonly Selu: { readonly alpha: number; readonly gamma: number };
  /** x · sigmoid(alpha·x). */
  readonly Swish: { readonly alpha: number };
  readonly Clip: { readonly low: number | null; readonly high: number | null };
  /** The result is bool. */
  readonly IsNaN: None;
  readonly IsInf: { readonly negative: boolean; readonly positive: boolean };
  /** From floating-point to integers it truncates towards zero; to bool it is `x != 0`. */
  readonly Cast: { readonly to: DataType };

  // Two operands.
  /** `fmod`: the sign of the dividend, as C's fmod; else that of the divisor, as Python's %. */
  readonly Mod: { readonly fmod: boolean };
  readonly BitShift: { readonly direction: 'LEFT' | 'RIGHT' };
  /** Condition (bool), and the values where it is true and where it is false. */
  readonly Where: None;

  // Over one axis. Positions are the backend's int64; the first of equal values wins.
  readonly ArgMax: { readonly axis: number; readonly keepdims: boolean };
  readonly ArgMin: { readonly axis: number; readonly keepdims: boolean };
  readonly CumSum: { readonly axis: number; readonly exclusive: boolean; readonly reverse: boolean };
  readonly Softmax: { readonly axis: number };
  readonly LogSoftmax: { readonly axis: number };
  /** The k largest (or smallest) of the last axis, in order, and their positions. Two outputs. */
  readonly TopK: { readonly k: number; readonly largest: boolean };

  // Shapes.
  readonly Reshape: { readonly shape: readonly number[] };
  /** Axis i of the result is axis perm[i]. */
  readonly Transpose: { readonly perm: readonly number[] };
  readonly Expand: { readonly shape: readonly number[] };
  readonly Tile: { readonly repeats: readonly number[] };
  /** Several operands. */
  readonly Concat: { readonly axis: number };
  /** One output for each of the sizes. */
  readonly Split: { readonly axis: number; readonly sizes: readonly number[] };
  /** For every axis: 0 ≤ begin ≤ end ≤ extent, strides at least 1. */
  readonly Slice: {
    readonly begins: readonly number[];
    readonly ends: readonly number[];
    readonly strides: readonly number[];
  };
  readonly Reverse: { readonly axes: readonly number[] };
  /** For every axis, none negative; filled with one value. */
  readonly Pad: { readonly pads: Pads; readonly value: number };

  // Indices are the second operand, the backend's int64 or int32; none is negative.
  /**
   * NumPy's `take`: the axis is replaced by the axes of the indices, which may be a scalar. Where a backend's capabilities say
   * `negativeIndices`, these may be negative, too.
   */
  readonly Gather: { readonly axis: number };
  readonly GatherElements: { readonly axis: number };
  readonly GatherND: { readonly batchDims: number };
  /** Data, indices and updates. */
  readonly ScatterElements: {
    readonly axis: number;
    readonly reduction: 'none' | 'add' | 'mul' | 'max' | 'min';
  };
  readonly ScatterND: { readonly reduction: 'none' | 'add' | 'mul' | 'max' | 'min' };

  // Products.
  /** Two operands of at least two axes; those before the last two broadcast. */
  readonly MatMul: None;
  /**
   * MatMul with the last two axes of the second operand swapped: ONNX Runtime's FusedMatMul. Only made by the fuse pass, from
   * Transpose and MatMul (`fuse/transposed-products.ts`), where the backend has it.
   */
  readonly FusedMatMul: { readonly transB: true };
  readonly Einsum: { readonly equation: string };
  /**
   * Scaled dot-product attention, ONNX's Attention without mask: query [..., L, E], key [..., S, E], value [..., S, V], and the scale
   * as a constant scalar, 1 where it is omitted → [..., L, V]. Only made by the fuse pass (`fuse/attention.ts`), where the
   * backend has it.
   */
  readonly Attention: None;
  /**
   * ONNX's Gemm with alpha and beta 1, where x may have further axes before its last: x [..., inputs], a weight
   * [inputs, outputs], or [outputs, inputs] with `transB`, and an optional bias [outputs]. Weight and bias are constants. Only
   * made by the fuse pass, from MatMul and Add (`fuse/gemm.ts`), where the backend has it. With the capability
   * `gemmFlattens` x may have several axes in place of its last one, after the leading axes of the result.
   */
  readonly Gemm: { readonly transB: boolean };

  // Spectra.
  /**
   * The discrete Fourier transform along an axis that is not the last: x [..., 1], or [..., 2] with real and imaginary part →
   * [..., 2]. `onesided`, of a real x alone, leaves out what follows from symmetry. The inverse is divided by the length.
   */
  readonly DFT: { readonly axis: number; readonly inverse: boolean; readonly onesided: boolean };
  /** A real signal [N, length] and a window [frame] → [N, frames, frequencies, 2]; a frame begins every `step` values. */
  readonly STFT: { readonly step: number; readonly onesided: boolean };

  // Over one to three spatial axes.
  /**
   * x, filters and an optional bias [M]. Channels last: x [N, spatial, C], filters [kernel, C/group, M]; channels first:
   * ONNX's [N, C, spatial], [M, C/group, kernel].
   */
  readonly Conv: Omit<Window, 'kernel'> & { readonly group: number };
  /**
   * x, filters and an optional bias [M]: the gradient of Conv, cropped by `pads`, then extended at the end by
   * `outputPadding`. Channels last: filters [kernel, M/group, C]; channels first: ONNX's [C, M/group, kernel].
   */
  readonly ConvTranspose: Omit<Window, 'kernel'> & {
    readonly group: number;
    readonly outputPadding: PerAxis;
  };
  /** Padding never is the maximum. */
  readonly MaxPool: Window;
  /** The mean of each window, over its padding too where `countPads`. */
  readonly AveragePool: Window & { readonly countPads: boolean };
  /** The spatial axes become `sizes`. `nearest` is ONNX's nearest_mode; it only matters for the mode `nearest`. */
  readonly Resize: {
    readonly mode: 'nearest' | 'linear' | 'cubic';
    readonly coordinates: string;
    readonly nearest: string;
    readonly sizes: PerAxis;
  };

  // Normalisation.
  /** x, and scale, bias, mean and variance, each [C]; along `axis`. */
  readonly BatchNormalization: { readonly axis: number; readonly epsilon: number };
  /**
   * ONNX's BatchNormalization with training_mode 1, in training: x, scale, bias and the running mean and variance, each [C];
   * along `axis`. Normalises by the mean and the variance of the batch. The kernel may update the running statistics by
   * `momentum`: they are not trained, and nothing reads them.
   */
  readonly TrainingBatchNormalization: {
    readonly axis: number;
    readonly epsilon: number;
    readonly momentum: number;
  };
  /** x, scale and an optional bias; over the last axes, which are those of scale and bias. */
  readonly LayerNormalization: { readonly axes: readonly number[]; readonly epsilon: number };
  /** x, scale and bias [C]; over the spatial axes, or over them and the channels of each group. */
  readonly InstanceNormalization: { readonly epsilon: number };
  readonly GroupNormalization: { readonly groups: number; readonly epsilon: number };
  /** x / (bias + alpha/size · Σ x²)^beta over `size` neighbours along `axis`, ⌊(size-1)/2⌋ of them before. */
  readonly LRN: {
    readonly axis: number;
    readonly size: number;
    readonly alpha: number;
    readonly beta: number;
    readonly bias: number;
  };

  /** Recurrent layers; see `RecurrentSettings`. */
  readonly LSTM: RecurrentSettings;
  readonly GRU: RecurrentSettings & { readonly linearBeforeReset: boolean };
  readonly RNN: RecurrentSettings;
};

/**
 * x and the operands that `given` names, in that order. Their layout is that of the backend's `RecurrentForm`:
 * - x [steps, batch, inputs]
 * - for each direction, the backward one's with `Backward` behind the name: `w` [gates·hidden, inputs],
 *   `r` [gates·hidden, hidden], `bias` [gates·hidden] and, with two biases, `recurrentBias` [gates·hidden]; with stacked ones
 *   `bias` is [2, gates·hidden]
 * - `initialH` and for LSTM `initialC`
 *
 * No clip, no peepholes, no sequence lengths: a layer with any of those is decomposed.
 *
 * Outputs are every state [steps, batch, directions·hidden], the last state and, for LSTM, the last cell. Outputs that `read`
 * does not name are not read, so that any tensor may stand for them.
 */
export interface RecurrentSettings {
  readonly hidden: number;
  readonly direction: 'forward' | 'reverse' | 'bidirectional';
  readonly given: readonly string[];
  readonly read: readonly ('sequence' | 'last' | 'cell')[];
  /** ONNX's defaults where absent; others only where the backend's `RecurrentForm` names them. */
  readonly activations?: RecurrentActivations;
}

/** Activations of the gates, and of the cell or state; HardSigmoid with ONNX's default alpha and beta. */
export interface RecurrentActivations {
  readonly gates: 'Sigmoid' | 'HardSigmoid';
  readonly cell: 'Tanh' | 'Relu';
}

export type OperationKind = keyof Operations;

type One = readonly [x: Operand];
type Two = readonly [x: Operand, y: Operand];
type Three = readonly [x: Operand, y: Operand, z: Operand];
type Several = readonly [first: Operand, ...others: Operand[]];
type Indexed = readonly [x: Operand, indices: Operand];
type Scattered = readonly [x: Operand, indices: Operand, updates: Operand];
/** With a bias or without. */
type Weighted = readonly [x: Operand, weights: Operand, ...bias: Operand[]];
type Scaled = readonly [x: Operand, scale: Operand, bias: Operand];
type Attended = readonly [query: Operand, key: Operand, value: Operand, ...scale: Operand[]];
type BatchNormalized = readonly [x: Operand, scale: Operand, bias: Operand, mean: Operand, variance: Operand];

interface NamedOperands {
  readonly Where: Three;
  readonly Concat: Several;
  readonly Einsum: Several;
  readonly Gather: Indexed;
  readonly GatherElements: Indexed;
  readonly GatherND: Indexed;
  readonly ScatterElements: Scattered;
  readonly ScatterND: Scattered;
  readonly Gemm: Weighted;
  readonly Attention: Attended;
  readonly Conv: Weighted;
  readonly ConvTranspose: Weighted;
  readonly BatchNormalization: BatchNormalized;
  readonly TrainingBatchNormalization: BatchNormalized;
  readonly LayerNormalization: Weighted;
  readonly InstanceNormalization: Scaled;
  readonly GroupNormalization: Scaled;
  readonly LSTM: Several;
  readonly GRU: Several;
  readonly RNN: Several;
}

type BinaryKind = PlainBinary | 'Mod' | 'BitShift' | 'MatMul' | 'FusedMatMul' | 'STFT';

/** Operands by kind; see `Operations` for their shapes. */
export type Operands = NamedOperands & { readonly [Kind in BinaryKind]: Two } & {
  readonly [Kind in Exclude<OperationKind, keyof NamedOperands | BinaryKind>]: One;
};

/** A native tensor: numbered, with its shape and the type in which the framework holds it. */
export interface Operand {
  readonly id: number;
  readonly type: DataType;
  readonly shape: readonly number[];
}
