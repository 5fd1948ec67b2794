/** What operations come to in simpler ones, for frameworks that lack them: ONNX's own definitions. */

import type { Emitter, Result } from '../emitter.js';
import type { Operand, OperationKind, Operations } from '../operation.js';
import { elementwise } from './elementwise.js';
import { normalisation } from './normalisation.js';
import { resize } from './resize.js';
import { shapes } from './shapes.js';
import { windows } from './windows.js';

/** Undefined where this one cannot be written out. */
export type Definition<Kind extends OperationKind> = (
  p: Emitter,
  settings: Operations[Kind],
  inputs: readonly Operand[],
  results: readonly Result[],
) => readonly Operand[] | undefined;

export type Definitions = { readonly [Kind in OperationKind]?: Definition<Kind> };

export const definitions: Definitions = {
  ...elementwise,
  ...shapes,
  ...windows,
  ...normalisation,
  ...resize,
};
