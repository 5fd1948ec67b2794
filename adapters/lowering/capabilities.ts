/** What a framework that is driven by a plan of operations has, and how its tensors lie. */
import type { DataType } from '../../model/graph.js';
import type { Operand, OperationKind, Operations, RecurrentActivations } from './operations/operation.js';

/**
 * Says what the framework lacks of an operation, or nothing: then that is written out in simpler ones, or the graph is
 * refused with this.
 */
export type Lack<Kind extends OperationKind> = (
  settings: Operations[Kind],
  inputs: readonly Operand[],
) => string | undefined;

export type OperationTable = { readonly [Kind in OperationKind]?: Lack<Kind> };

export interface Capabilities {
  /** The framework's title, for reasons. */
  readonly title: string;
  /** Where its pictures have their channels. */
  readonly channels: 'first' | 'last';
  /** Operations that it has. */
  readonly operations: OperationTable;
  /** Activations that its own kernels apply to their result, by kernel: `Conv` followed by `Relu` is one call then. */
  readonly fusedActivations?: { readonly [Kind in FusingKind]?: readonly OperationKind[] };
  /** Where a dense layer keeps its outputs: `first` is [outputs, inputs], ONNX's Gemm with transB 1. `last` where it is left out. */
  readonly gemmOutputs?: 'first' | 'last';
  /** Whether its dense layer takes x with several last axes that are its inputs together, so that no reshape flattens them before. */
  readonly gemmFlattens?: boolean;
  /** How its recurrent layers take weights and states. */
  readonly recurrent?: RecurrentForm;
  /**
   * The type in which it holds each ONNX type; those that it cannot hold are left out. A wider integer may hold a
   * narrower one (the plan wraps what overflows), and int32 may stand for int64 where it is the widest that there is.
   */
  readonly types: Readonly<Partial<Record<DataType, DataType>>>;
}

/** Operations whose kernels may apply an activation to their result. */
export type FusingKind = 'Conv' | 'ConvTranspose' | 'Gemm';

export interface RecurrentForm {
  /**
   * Order in which the backend stacks the gates, by ONNX's letters: `iofc` and `zrh` are ONNX's own. A plain RNN has one.
   */
  readonly gates: { readonly LSTM: string; readonly GRU: string };
  /**
   * Biases per gate: 2 as in ONNX and cuDNN, or 1, which is their sum. `stacked` is one operand [2, gates·hidden] where
   * linear_before_reset tells the two apart, and their sum where it does not.
   */
  readonly biases: { readonly LSTM: 1 | 2; readonly GRU: 1 | 2 | 'stacked'; readonly RNN: 1 | 2 };
  /** Weights are [inputs, gates·hidden] where true, [gates·hidden, inputs] as in ONNX where not. */
  readonly transposed: boolean;
  /** x is [batch, steps, inputs] where true, [steps, batch, inputs] where not; states of all steps likewise. */
  readonly batchFirst: boolean;
  /**
   * First and last states: `stacked` is one tensor [directions, batch, hidden]; `joined` is [batch, hidden] for each
   * direction's first state, and [batch, directions·hidden] for last ones.
   */
  readonly states: 'stacked' | 'joined';
  /** Activations that its layers can be given besides ONNX's default ones. */
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

/** It has all of it. */
export const whole = (): undefined => undefined;

/** Several operations that it has whole. */
export function wholly(...kinds: readonly OperationKind[]): OperationTable {
  return Object.fromEntries(kinds.map((kind) => [kind, whole]));
}

/** It has the operation for float32 operands, and others of the types given. */
export function onlyTypes(title: string, ...types: readonly DataType[]) {
  return (_: unknown, inputs: readonly Operand[]): string | undefined => {
    const other = inputs.find(({ type }) => !types.includes(type));
    return other && `${title} has it not for ${other.type}`;
  };
}
