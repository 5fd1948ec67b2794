/** What a framework that is driven by a plan of operations has, and how its tensors lie. */
import type { DataType } from '../../model/graph.js';
import type { Operand, OperationKind, Operations } from './operations/operation.js';

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
  /**
   * The type in which it holds each ONNX type; those that it cannot hold are left out. A wider integer may hold a
   * narrower one (the plan wraps what overflows), and int32 may stand for int64 where it is the widest that there is.
   */
  readonly types: Readonly<Partial<Record<DataType, DataType>>>;
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
