/** An operation in terms of simpler ones, for backends without it. */
import type { Emitter, Results } from '../operations/emitter.js';
import type { Operand, Operands, OperationKind, Operations } from '../operations/operation.js';

/** @returns one operand for each of `results`; undefined where these settings and operands cannot be decomposed */
export type Decomposition<Kind extends OperationKind> = (
  p: Emitter,
  settings: Operations[Kind],
  inputs: Operands[Kind],
  results: Results,
) => readonly Operand[] | undefined;

export type Decompositions = { readonly [Kind in OperationKind]?: Decomposition<Kind> };
