/** The optimisers that a user may ask for by name, and workloads that learn by another than their own. */
import type { Optimiser, Training, Workload } from '../model/workload.js';

export const optimiserNames = ['sgd', 'momentum', 'adam', 'rmsprop'] as const;
export type OptimiserName = (typeof optimiserNames)[number];

export const usualAdam = {
  name: 'adam',
  learningRate: 0.001,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-15,
} as const satisfies Optimiser;

/**
 * Plain descent and momentum keep the workload's learning rate. Adam's settings are those of its paper (Kingma and Ba, 2015,
 * algorithm 1), but for its epsilon of 1e-8: Caffe2, Keras and MXNet add it to the uncorrected root, thirty times smaller in the
 * first step, and weights whose gradients are below 1e-6 would part by percents. This one does nothing but keep 0 / 0 away, and
 * no convention shows. RMSProp's is as small for the same reason: most frameworks add one inside the root. They are given its square,
 * which is the same where nothing was seen. Its rate is what Keras and MXNet have where nothing is said, its decay what PyTorch has.
 */
export function optimiserOf(name: OptimiserName, training: Training): Optimiser {
  const { optimiser } = training;
  if (name === optimiserNameOf(training)) return optimiser;
  if (name === 'adam') return usualAdam;
  if (name === 'rmsprop') return { name, learningRate: 0.001, decay: 0.99, epsilon: 1e-15 };
  const learningRate = optimiser.name === 'sgd' ? optimiser.learningRate : 0.01;
  return { name: 'sgd', learningRate, momentum: name === 'momentum' ? 0.9 : 0 };
}

/** What a workload's own optimiser is called. */
export function optimiserNameOf({ optimiser }: Training): OptimiserName {
  if (optimiser.name !== 'sgd') return optimiser.name;
  return optimiser.momentum > 0 ? 'momentum' : 'sgd';
}

/** `learns by adam at 0.001, softmax-cross-entropy` */
export function learnsBy(training: Training): string {
  const { optimiser, loss } = training;
  const kept = optimiser.name === 'sgd' && optimiser.momentum > 0 ? ` of ${optimiser.momentum}` : '';
  return `learns by ${optimiserNameOf(training)}${kept} at ${optimiser.learningRate}, ${loss}`;
}

export interface Trial {
  /** Verified steps. */
  readonly steps: number;
  /** Of the learning rate. */
  readonly slowdown: number;
}

/**
 * The workload under that optimiser, on trial with other steps and a slower rate: training alone, and a workload of its own whose
 * name ends in the optimiser's, since it is another computation. The workload itself where that is its optimiser already;
 * undefined where it does not train.
 */
export function learningBy(workload: Workload, name: OptimiserName, trial?: Trial): Workload | undefined {
  const { training, small: _, ...rest } = workload;
  if (!training) return undefined;
  if (optimiserNameOf(training) === name && !trial) return workload;
  const optimiser = optimiserOf(name, training);
  const { steps = training.steps, slowdown = 1 } = trial ?? {};
  return {
    ...rest,
    name: `${workload.name}-${name}`,
    title: `${workload.title}; learning by ${name}`,
    modes: ['training'],
    training: {
      ...training,
      optimiser: { ...optimiser, learningRate: slowdown * optimiser.learningRate },
      steps,
    },
  };
}
