/** What a backend supports of the vocabulary of operations, and its layouts. */
import type { DataType } from '../../model/graph.js';
import type { Operands, OperationKind, Operations, RecurrentActivations } from './operations/operation.js';

/**
 * Why the backend does not support an operation with these settings and operands; undefined where it does. What it does not
 * support is decomposed into simpler operations; where there is no decomposition the graph is unsupported, for this reason.
 */
export type Limit<Kind extends OperationKind> = (
  settings: Operations[Kind],
  inputs: Operands[Kind],
  kind: OperationKind,
) => string | undefined;

export type OperationTable = { readonly [Kind in OperationKind]?: Limit<Kind> };

export interface Capabilities {
  /** The framework's title, for reasons. */
  readonly title: string;
  /** The place of the channels in its images: `first` is NCHW, `last` is NHWC. */
  readonly channels: 'first' | 'last';
  /** The operations that it has, each with its limits. */
  readonly operations: OperationTable;
  /** Activations that a kernel applies to its own result, so that `Conv` followed by `Relu` is one call. */
  readonly fusedActivations?: { readonly [Kind in FusingKind]?: readonly OperationKind[] };
  /** Layout of a dense layer's weight: `first` is [outputs, inputs], ONNX's Gemm with transB 1; by default [inputs, outputs]. */
  readonly gemmOutputs?: 'first' | 'last';
  /** Whether its dense layer flattens the last axes of x by itself, so that no Reshape is needed before it. */
  readonly gemmFlattens?: boolean;
  /** Whether its Gather takes negative indices, counted from the end as in ONNX, so that the plan need not count them. */
  readonly negativeIndices?: boolean;
  /** Layout of the weights and states of its recurrent layers; absent where it has none. */
  readonly recurrent?: RecurrentForm;
  /**
   * The type in which it holds each ONNX type; unsupported types are absent. A wider integer may hold a narrower one (the
   * plan wraps what overflows), and int32 may stand for int64 where it is the widest integer that the backend has.
   */
  readonly types: Readonly<Partial<Record<DataType, DataType>>>;
}

/** Operations whose kernels may apply an activation to their result. */
export type FusingKind = 'Conv' | 'ConvTranspose' | 'Gemm';

export interface RecurrentForm {
  /**
   * Order in which the backend stacks the gates, in ONNX's letters: `iofc` and `zrh` are ONNX's own. A plain RNN has one.
   */
  readonly gates: { readonly LSTM: string; readonly GRU: string };
  /**
   * Biases per gate: 2 as in ONNX and cuDNN, or 1, their sum. `stacked` is one operand [2, gates·hidden] with
   * linear_before_reset, and their sum without.
   */
  readonly biases: { readonly LSTM: 1 | 2; readonly GRU: 1 | 2 | 'stacked'; readonly RNN: 1 | 2 };
  /** Whether a second bias that is zero may be omitted; in place of `stacked` ones the first is then [gates·hidden]. */
  readonly omitsZeroBias?: boolean;
  /** Weights are [inputs, gates·hidden] if true, [gates·hidden, inputs] as in ONNX if not. */
  readonly transposed: boolean;
  /** x is [batch, steps, inputs] if true, [steps, batch, inputs] if not; so are the states of all steps. */
  readonly batchFirst: boolean;
  /**
   * First and last states: `stacked` is one tensor [directions, batch, hidden]; `joined` is [batch, hidden] for each
   * direction's first state, and [batch, directions·hidden] for last ones.
   */
  readonly states: 'stacked' | 'joined';
  /** Activations that its layers take besides ONNX's defaults. */
  readonly activations?: {
    readonly gates: readonly RecurrentActivations['gates'][];
    readonly cell: readonly RecurrentActivations['cell'][];
  };
  /**
   * Whether its layers create their weights themselves: then they must be constants, and trained ones must belong to one node.
   * Other nodes are decomposed.
   */
  readonly ownsWeights?: boolean;
}

/** No limits. */
export const whole = (): undefined => undefined;

/** Operations without limits. */
export function wholly(...kinds: readonly OperationKind[]): OperationTable {
  return Object.fromEntries(kinds.map((kind) => [kind, whole]));
}
