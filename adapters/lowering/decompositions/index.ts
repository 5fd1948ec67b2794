/** What operations come to in simpler ones, for frameworks that lack them: ONNX's own decompositions. */

import type { Emitter, Result } from '../operations/emitter.js';
import type { Operand, OperationKind, Operations } from '../operations/operation.js';
import { elementwise } from './elementwise.js';
import { normalisation } from './normalisation.js';
import { resize } from './resize.js';
import { shapes } from './shapes.js';
import { windows } from './windows.js';

/** Undefined where this one cannot be written out. */
export type Decomposition<Kind extends OperationKind> = (
  p: Emitter,
  settings: Operations[Kind],
  inputs: readonly Operand[],
  results: readonly Result[],
) => readonly Operand[] | undefined;

export type Decompositions = { readonly [Kind in OperationKind]?: Decomposition<Kind> };

export const decompositions: Decompositions = {
  ...elementwise,
  ...shapes,
  ...windows,
  ...normalisation,
  ...resize,
};
