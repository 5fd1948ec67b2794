/** The call of TensorFlow.js for each kind of operation; `adapters/tfjs/capabilities.ts` says which of them hold on which backend. */
import { elementwise } from './elementwise.js';
import { gru } from './gru.js';
import type { NativeTable } from './native.js';
import { normalisation } from './normalisation.js';
import { reductions } from './reductions.js';
import { shapes } from './shapes.js';
import { windows } from './windows.js';

export const natives: NativeTable = {
  ...elementwise,
  ...reductions,
  ...shapes,
  ...windows,
  ...normalisation,
  GRU: gru,
};
