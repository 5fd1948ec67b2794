/** The optimisers of TensorFlow.js with the update rules of `model/workload.ts`. */
import type { Optimizer } from '@tensorflow/tfjs';
import type { Model } from '../adapter.js';
import type { Tf } from './tf.js';

/**
 * Its momentum is the classical one, accumulating gradients: `Momentum` of TensorFlow, without Nesterov. Its Adam is Kingma and
 * Ba's. Its RMSProp adds epsilon inside the root: there it is the square.
 */
export function optimiserOf(tf: Tf, { manifest }: Model): Optimizer {
  if (!manifest.training) throw new Error('the artefact is not made for training');
  const { optimiser } = manifest.training;
  const { learningRate } = optimiser;
  if (optimiser.name === 'adam') {
    return tf.train.adam(learningRate, optimiser.beta1, optimiser.beta2, optimiser.epsilon);
  }
  if (optimiser.name === 'rmsprop') {
    return tf.train.rmsprop(learningRate, optimiser.decay, 0, optimiser.epsilon ** 2);
  }
  const { momentum } = optimiser;
  return momentum === 0 ? tf.train.sgd(learningRate) : tf.train.momentum(learningRate, momentum);
}

/** The momentum optimiser of 4.22.0 forgets the learning rate that it inherits from plain descent. */
export function disposeOptimiser(tf: Tf, optimiser: Optimizer): void {
  optimiser.dispose();
  // Its classes call anything that minimises an instance of theirs.
  if (optimiser.getClassName() === 'Momentum') tf.SGDOptimizer.prototype.dispose.call(optimiser);
}
