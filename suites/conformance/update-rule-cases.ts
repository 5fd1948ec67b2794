/** The rules of learning, each on a small net: every optimiser and every loss that model/workload.ts defines. */

import type { Training } from '../../model/workload.js';
import { optimiserOf } from '../optimisers.js';
import { type Draw, optimiser } from './draw.js';
import { lstm, perceptron } from './training-cases.js';

export const usual: Training = { loss: 'softmax-cross-entropy', optimiser, steps: 3 };

export interface Rule {
  readonly draw: Draw;
  readonly training: Training;
}

export const rules: Readonly<Record<string, Rule>> = {
  'plain descent': { draw: perceptron, training: { ...usual, optimiser: optimiserOf('sgd', usual) } },
  Adam: { draw: perceptron, training: { ...usual, optimiser: optimiserOf('adam', usual) } },
  'Adam of an LSTM': { draw: lstm, training: { ...usual, optimiser: optimiserOf('adam', usual) } },
  RMSProp: { draw: perceptron, training: { ...usual, optimiser: optimiserOf('rmsprop', usual) } },
  'RMSProp of an LSTM': { draw: lstm, training: { ...usual, optimiser: optimiserOf('rmsprop', usual) } },
  'policy gradient': { draw: perceptron, training: { ...usual, loss: 'policy-gradient' } },
  Huber: { draw: perceptron, training: { ...usual, loss: 'huber' } },
};
