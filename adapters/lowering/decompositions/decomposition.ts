/** An operation in terms of simpler ones, for backends without it. */
import type { Emitter, Result } from '../operations/emitter.js';
import type { Operand, OperationKind, Operations } from '../operations/operation.js';

/** Undefined where this instance of it cannot be decomposed. */
export type Decomposition<Kind extends OperationKind> = (
  p: Emitter,
  settings: Operations[Kind],
  inputs: readonly Operand[],
  results: readonly Result[],
) => readonly Operand[] | undefined;

export type Decompositions = { readonly [Kind in OperationKind]?: Decomposition<Kind> };
