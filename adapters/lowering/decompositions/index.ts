/** Decompositions of operations that a backend may not support. */
import type { Decompositions } from './decomposition.js';
import { elementwise } from './elementwise.js';
import { normalisation } from './normalisation.js';
import { resize } from './resize.js';
import { shapes } from './shapes.js';
import { windows } from './windows.js';

export const decompositions: Decompositions = {
  ...elementwise,
  ...shapes,
  ...windows,
  ...normalisation,
  ...resize,
};
