/** Cases of every optimiser and every loss that model/workload.ts defines, each on a small network. */

import type { Training } from '../../model/workload.js';
import { optimiserOf } from '../optimisers.js';
import { type BuildGraph, optimiser } from './case-graph.js';
import { lstm, perceptron } from './training-cases.js';

export const defaultTraining: Training = { loss: 'softmax-cross-entropy', optimiser, steps: 3 };

export interface UpdateRuleCase {
  readonly build: BuildGraph;
  readonly training: Training;
}

export const updateRuleCases: Readonly<Record<string, UpdateRuleCase>> = {
  SGD: {
    build: perceptron,
    training: { ...defaultTraining, optimiser: optimiserOf('sgd', defaultTraining) },
  },
  Adam: {
    build: perceptron,
    training: { ...defaultTraining, optimiser: optimiserOf('adam', defaultTraining) },
  },
  'Adam with an LSTM': {
    build: lstm,
    training: { ...defaultTraining, optimiser: optimiserOf('adam', defaultTraining) },
  },
  RMSProp: {
    build: perceptron,
    training: { ...defaultTraining, optimiser: optimiserOf('rmsprop', defaultTraining) },
  },
  'RMSProp with an LSTM': {
    build: lstm,
    training: { ...defaultTraining, optimiser: optimiserOf('rmsprop', defaultTraining) },
  },
  'policy gradient': { build: perceptron, training: { ...defaultTraining, loss: 'policy-gradient' } },
  Huber: { build: perceptron, training: { ...defaultTraining, loss: 'huber' } },
};
