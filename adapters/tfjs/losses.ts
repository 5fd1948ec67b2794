/** The losses of model/workload.ts, on rows of one-hot labels. */
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import { oneHot } from '../../suites/data/one-hot.js';
import type { Model } from '../adapter.js';
import type { Tf } from './tf.js';

/** What a batch has for its loss, in host memory. */
export interface HostTargets {
  /** One-hot. */
  readonly labels: { readonly data: Float32Array; readonly shape: number[] };
  readonly advantages?: Float32Array;
}

/** One entry a buffer. */
export function hostTargets({ inputs }: Model, classes: number): HostTargets[] {
  return inputs.map(({ labels, advantages }) => {
    if (!labels) throw new Error('the artefact has no labels');
    const rows = oneHot(labels.data as Int32Array, labels.shape, classes);
    const host = { labels: { data: rows.data, shape: [...rows.shape] } };
    return advantages ? { ...host, advantages: advantages.data as Float32Array } : host;
  });
}

/** Of one-hot labels and the graph's output. */
export type Loss = (labels: Tensor, output: Tensor) => Scalar;

/** @param advantages of the batch at hand */
export function lossOf(tf: Tf, { manifest }: Model, advantages: () => Float32Array | undefined): Loss {
  const kind = manifest.training?.loss;
  if (kind === 'huber') {
    return (labels, output) => {
      const chosen = tf.sum(tf.mul(labels, output), -1);
      return tf.losses.huberLoss(tf.zerosLike(chosen), chosen).asScalar();
    };
  }
  if (kind === 'policy-gradient') {
    return (labels, output) => {
      const weights = tf.tensor1d(advantages() ?? []);
      const weighed = tf.losses.softmaxCrossEntropy(labels, output, weights, 0, tf.Reduction.NONE);
      return tf.mean(weighed).asScalar();
    };
  }
  return (labels, output) => tf.losses.softmaxCrossEntropy(labels, output).asScalar();
}
