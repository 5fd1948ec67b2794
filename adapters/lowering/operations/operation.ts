/**
 * The vocabulary of plans of operations: what remains of a graph once its operator set, its optional inputs, its constant
 * settings and the layout of its values have been settled. Each framework has its own operation for (nearly) each; what
 * it lacks is written out in simpler ones (`decompositions/`), as ONNX itself defines its function operators.
 *
 * Names are ONNX's, and so are the meanings, of the newest operator set. What differs from ONNX:
 * - Axes are positions in the native tensor, never negative. Nothing is optional: settings say all.
 * - Operands of one operation have one element type, except where it is said. Shapes broadcast as NumPy's.
 * - Pictures, their filters and recurrent weights lie as the backend's capabilities say (`capabilities.ts`).
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
  /** Of the spatial axes. With `ceil_mode`, `auto_pad` and what they come to already in it. */
  readonly pads: Pads;
}

/** Of one operand; the result has its type. */
export const plainUnary = [
  ...['Abs', 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'BitwiseNot', 'Ceil', 'Cos', 'Cosh', 'Erf'],
  ...['Exp', 'Floor', 'HardSwish', 'Log', 'Mish', 'Neg', 'Not', 'Reciprocal', 'Relu', 'Round', 'Sigmoid'],
  ...['Sign', 'Sin', 'Sinh', 'Softplus', 'Softsign', 'Sqrt', 'Tan', 'Tanh'],
] as const satisfies string[];

/** Of two operands; `Div` of integers goes towards zero. */
export const arithmetic = ['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min'] as const satisfies string[];
export const logic = ['And', 'Or', 'Xor'] as const satisfies string[];
export const bitwise = ['BitwiseAnd', 'BitwiseOr', 'BitwiseXor'] as const satisfies string[];
/** Of two operands; the result is bool. */
export const comparisons = [
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
] as const satisfies string[];
/** Over axes, ascending; without `keepdims` they go. */
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
  // Of one operand.
  readonly Celu: { readonly alpha: number };
  readonly Elu: { readonly alpha: number };
  readonly Gelu: { readonly approximate: 'none' | 'tanh' };
  readonly HardSigmoid: { readonly alpha: number; readonly beta: number };
  readonly LeakyRelu: { readonly alpha: number };
  readonly Selu: { readonly alpha: number; readonly gamma: number };
  /** x · sigmoid(alpha·x). */
  readonly Swish: { readonly alpha: number };
  readonly Clip: { readonly low: number | null; readonly high: number | null };
  /** To bool. */
  readonly IsNaN: None;
  readonly IsInf: { readonly negative: boolean; readonly positive: boolean };
  /** Of fractions towards zero; to bool whether it is not zero. */
  readonly Cast: { readonly to: DataType };

  // Of two operands.
  /** `fmod`: the sign of the dividend, as C's fmod; else that of the divisor, as Python's %. */
  readonly Mod: { readonly fmod: boolean };
  readonly BitShift: { readonly direction: 'LEFT' | 'RIGHT' };
  /** Of a bool and two operands. */
  readonly Where: None;

  // Over one axis. Positions come as the backend's int64; of equal values the first wins.
  readonly ArgMax: { readonly axis: number; readonly keepdims: boolean };
  readonly ArgMin: { readonly axis: number; readonly keepdims: boolean };
  readonly CumSum: { readonly axis: number; readonly exclusive: boolean; readonly reverse: boolean };
  readonly Softmax: { readonly axis: number };
  readonly LogSoftmax: { readonly axis: number };
  /** Of the last axis: the k largest (or smallest), in order, and their positions. Two outputs. */
  readonly TopK: { readonly k: number; readonly largest: boolean };

  // Shapes.
  readonly Reshape: { readonly shape: readonly number[] };
  /** Axis i of the result is axis perm[i]. */
  readonly Transpose: { readonly perm: readonly number[] };
  readonly Expand: { readonly shape: readonly number[] };
  readonly Tile: { readonly repeats: readonly number[] };
  /** Of several operands. */
  readonly Concat: { readonly axis: number };
  /** As many outputs as sizes. */
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

  // Indices: the second operand, of the backend's int64 or int32; none is negative.
  /**
   * NumPy's `take`: the axis is replaced by the axes of the indices, of which there may be none. Where a backend's capabilities
   * say `negativeIndices`, these may be negative, too.
   */
  readonly Gather: { readonly axis: number };
  readonly GatherElements: { readonly axis: number };
  readonly GatherND: { readonly batchDims: number };
  /** Of data, indices and updates. */
  readonly ScatterElements: {
    readonly axis: number;
    readonly reduction: 'none' | 'add' | 'mul' | 'max' | 'min';
  };
  readonly ScatterND: { readonly reduction: 'none' | 'add' | 'mul' | 'max' | 'min' };

  // Products.
  /** Of two operands of two axes at least; those before the last two broadcast. */
  readonly MatMul: None;
  /**
   * MatMul with the last two axes of the second operand swapped: ONNX Runtime's FusedMatMul. Made by the fuse pass of Transpose and
   * MatMul (`fuse/transposed-products.ts`), and only where the backend has it.
   */
  readonly FusedMatMul: { readonly transB: true };
  readonly Einsum: { readonly equation: string };
  /**
   * ONNX's Gemm with alpha and beta 1, where x may have further axes before its last: x [..., inputs], a weight
   * [inputs, outputs], or [outputs, inputs] with `transB`, and if there is a third operand a bias [outputs]. Weight and
   * bias are constants. Made by the fuse pass of MatMul and Add (`fuse/gemm.ts`), and only where the backend has it. Where its
   * capabilities say `gemmFlattens`, x may have several axes in place of its last one, behind as many as the result has before its own.
   */
  readonly Gemm: { readonly transB: boolean };

  // Over one to three spatial axes.
  /**
   * Of x, filters and, if there is a third operand, biases [M]. Channels last: x [N, spatial, C], filters
   * [kernel, C/group, M]; channels first: ONNX's [N, C, spatial], [M, C/group, kernel].
   */
  readonly Conv: Omit<Window, 'kernel'> & { readonly group: number };
  /**
   * Of x, filters and, if there is a third operand, biases [M]: the gradient of Conv, cropped by `pads` and then longer by
   * `outputPadding` at the end. Channels last: filters [kernel, M/group, C]; channels first: ONNX's [C, M/group, kernel].
   */
  readonly ConvTranspose: Omit<Window, 'kernel'> & {
    readonly group: number;
    readonly outputPadding: PerAxis;
  };
  /** Pads are never the maximum. */
  readonly MaxPool: Window;
  /** Over the elements of each window, those in the pads among them if `countPads`. */
  readonly AveragePool: Window & { readonly countPads: boolean };
  /** Of the spatial axes to `sizes`. `nearest` is ONNX's nearest_mode, and of no meaning for `linear`. */
  readonly Resize: {
    readonly mode: 'nearest' | 'linear' | 'cubic';
    readonly coordinates: string;
    readonly nearest: string;
    readonly sizes: PerAxis;
  };

  // Normalisation.
  /** Of x, scale, bias, mean and variance, each [C]; along `axis`. */
  readonly BatchNormalization: { readonly axis: number; readonly epsilon: number };
  /**
   * ONNX's BatchNormalization with training_mode 1, in training: x, scale, bias and the running mean and variance, each [C];
   * along `axis`. Normalises by the mean and the variance of the batch. The kernel may update the running ones, which keep a
   * share of `momentum`: no gradient does, and nothing reads them.
   */
  readonly TrainingBatchNormalization: {
    readonly axis: number;
    readonly epsilon: number;
    readonly momentum: number;
  };
  /** Of x, scale and, if there is a third operand, bias: over the last axes, which scale and bias have. */
  readonly LayerNormalization: { readonly axes: readonly number[]; readonly epsilon: number };
  /** Of x, scale and bias [C], over the spatial axes, or over them and each group's channels. */
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
 * Of x and the operands that `given` names, in that order. They lie as the backend's `RecurrentForm` says:
 * - x [steps, batch, inputs]
 * - for each direction, the backward one's with `Backward` behind the name: `w` [gates·hidden, inputs],
 *   `r` [gates·hidden, hidden], `bias` [gates·hidden] and, with two biases, `recurrentBias` [gates·hidden]; with stacked ones
 *   `bias` is [2, gates·hidden]
 * - `initialH` and for LSTM `initialC`
 *
 * No clip, no peepholes, no sequence lengths: what has those is decomposed.
 *
 * Three outputs (LSTM), else two, always all: every state [steps, batch, directions·hidden], the last one and the last cell;
 * of those that `read` does not name nobody reads anything, so any tensor may stand for them.
 *
 * For a backend without a `RecurrentForm` all is as in ONNX: W, R and `bias` are whole, of all directions, and so is every
 * state [steps, directions, batch, hidden].
 */
export interface RecurrentSettings {
  readonly hidden: number;
  readonly direction: 'forward' | 'reverse' | 'bidirectional';
  readonly given: readonly string[];
  readonly read: readonly ('sequence' | 'last' | 'cell')[];
  /** ONNX's default ones where it is absent: others only come where the backend's `RecurrentForm` names them. */
  readonly activations?: RecurrentActivations;
}

/** Of the gates, and of the new cell or state and what goes out; HardSigmoid with ONNX's default alpha and beta. */
export interface RecurrentActivations {
  readonly gates: 'Sigmoid' | 'HardSigmoid';
  readonly cell: 'Tanh' | 'Relu';
}

export type OperationKind = keyof Operations;

/** A native tensor: numbered, with its shape and the type in which the framework holds it. */
export interface Operand {
  readonly id: number;
  readonly type: DataType;
  readonly shape: readonly number[];
}
