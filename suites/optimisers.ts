/** Optimisers that a user selects by name, and workloads that are trained with another than their own. */
import type { Optimiser, Training, Workload } from '../model/workload.js';

export const optimiserNames = ['sgd', 'momentum', 'adam', 'rmsprop'] as const;
export type OptimiserName = (typeof optimiserNames)[number];

export const defaultAdam = {
  name: 'adam',
  learningRate: 0.001,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-15,
} as const satisfies Optimiser;

/**
 * SGD and momentum keep the workload's learning rate. Adam has the settings of its paper (Kingma and Ba, 2015, algorithm 1)
 * except for epsilon = 1e-8: Caffe2, Keras and MXNet add epsilon to the square root before bias correction, which is thirty
 * times smaller in the first step, so that weights with gradients below 1e-6 would diverge by percents. An epsilon of 1e-15
 * only prevents 0 / 0 and makes the conventions equivalent. For the same reason it is used for RMSProp, where most frameworks
 * add epsilon under the square root and are given its square. RMSProp's learning rate is the default of Keras and MXNet, its
 * decay that of PyTorch.
 */
export function optimiserOf(name: OptimiserName, training: Training): Optimiser {
  const { optimiser } = training;
  if (name === optimiserNameOf(training)) return optimiser;
  if (name === 'adam') return defaultAdam;
  if (name === 'rmsprop') return { name, learningRate: 0.001, decay: 0.99, epsilon: 1e-15 };
  const learningRate = optimiser.name === 'sgd' ? optimiser.learningRate : 0.01;
  return { name: 'sgd', learningRate, momentum: name === 'momentum' ? 0.9 : 0 };
}

/** The name of the optimiser in a training definition. */
export function optimiserNameOf({ optimiser }: Training): OptimiserName {
  if (optimiser.name !== 'sgd') return optimiser.name;
  return optimiser.momentum > 0 ? 'momentum' : 'sgd';
}

/** `momentum 0.9, learning rate 0.01, loss softmax-cross-entropy` */
export function describeTraining(training: Training): string {
  const { optimiser, loss } = training;
  const momentum = optimiser.name === 'sgd' && optimiser.momentum > 0 ? ` ${optimiser.momentum}` : '';
  return `${optimiserNameOf(training)}${momentum}, learning rate ${optimiser.learningRate}, loss ${loss}`;
}

/** Deviations from the workload's own training. */
export interface TrainingOverrides {
  /** Steps of the trajectory that is verified. */
  readonly steps: number;
  /** Multiplies the learning rate. */
  readonly rateFactor: number;
}

/**
 * The training of a workload with another optimiser, as a workload of its own whose name ends in the optimiser's name. The
 * workload itself if that is its optimiser and nothing is overridden; undefined if it has no training.
 */
export function withOptimiser(
  workload: Workload,
  name: OptimiserName,
  overrides?: TrainingOverrides,
): Workload | undefined {
  const { training, small: _, ...rest } = workload;
  if (!training) return undefined;
  if (optimiserNameOf(training) === name && !overrides) return workload;
  const optimiser = optimiserOf(name, training);
  const { steps, rateFactor } = overrides ?? { steps: training.steps, rateFactor: 1 };
  return {
    ...rest,
    name: `${workload.name}-${name}`,
    title: `${workload.title}; trained with ${name}`,
    modes: ['training'],
    training: {
      ...training,
      optimiser: { ...optimiser, learningRate: rateFactor * optimiser.learningRate },
      steps,
    },
  };
}
