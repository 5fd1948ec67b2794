/** A plan of operations: plain data, which JavaScript adapters read as it is and Python ones as JSON. */
import type { Precision } from '../../common/vocabulary.js';
import type { DataType, JsonNumber } from '../../model/graph.js';
import type { Result } from './operations/emitter.js';
import type { OperationKind, Operations } from './operations/operation.js';
import type { WeightPart } from './weight-part.js';

export interface Plan {
  /** Operations of the model in one line: `2 Conv+Relu, 2 MaxPool, 3 Gemm`. */
  readonly form: string;
  /** The arithmetic: the types in which the backend holds the graph's. */
  readonly precision?: Precision;
  readonly inputs: readonly PlannedPort[];
  /** Every constant that an operation reads, each once. */
  readonly constants: readonly PlannedConstant[];
  /** In topological order. */
  readonly operations: readonly PlannedOperation[];
  readonly outputs: readonly PlannedPort[];
}

/** A graph input or output: `axes[i]` is the ONNX axis at native position i. */
export interface PlannedPort {
  readonly name: string;
  readonly tensor: number;
  /** Types in the graph and in the framework. */
  readonly onnxType: DataType;
  readonly type: DataType;
  readonly onnxShape: readonly number[];
  readonly axes: readonly number[];
}

export interface PlannedConstant {
  readonly tensor: number;
  readonly type: DataType;
  readonly shape: readonly number[];
  /** Whether training updates it. A trained part of a weight is in a plan once, whichever operations read it in whichever layouts. */
  readonly trained: boolean;
  readonly source:
    | { readonly kind: 'weight'; readonly weight: WeightPart }
    /** A constant of the plan's own, row-major. */
    | { readonly kind: 'literal'; readonly data: readonly JsonNumber[] };
}

export type FusedActivation = {
  [Kind in OperationKind]: { readonly kind: Kind; readonly settings: Operations[Kind] };
}[OperationKind];

export type PlannedOperation = {
  [Kind in OperationKind]: {
    /** Name of its ONNX node. */
    readonly node: string;
    readonly kind: Kind;
    readonly settings: Operations[Kind];
    readonly inputs: readonly number[];
    readonly outputs: readonly number[];
    /** Applied to the result by the same kernel; absent where there is none. */
    readonly activation?: FusedActivation;
    /** Type and shape of each output, for frameworks that do not infer them. */
    readonly results: readonly Result[];
  };
}[OperationKind];
