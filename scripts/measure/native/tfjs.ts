/** The workloads as a TensorFlow.js user writes them by hand, with tf.sequential: what our lowering is held against. */

import * as tf from '@tensorflow/tfjs';
import type { Model } from '../../../adapters/adapter.js';
import { planLayers } from '../../../adapters/lowering/layers/plan-layers.js';
import { toNative } from '../../../adapters/lowering/layers/weights.js';
import type { Call } from '../pairs.js';
import { oneHot } from './one-hot.js';

export async function build(model: Model): Promise<Call> {
  const { workload, batch, training } = model.manifest;
  const shape = workload === 'lenet5' ? [batch, 28, 28, 1] : [batch, 28, 28];
  const images = model.inputs.map(
    (tensors) => Object.entries(tensors).find(([name]) => name !== 'labels')?.[1].data as Float32Array,
  );
  const net = workload === 'lenet5' ? lenet5(training !== undefined) : rowLstm(training !== undefined);
  giveWeights(net, model);
  if (!training) {
    return async (buffer) => {
      const input = tf.tensor(images[buffer] ?? [], shape);
      const output = net.predict(input) as tf.Tensor;
      const data = await output.data();
      tf.dispose([input, output]);
      return data;
    };
  }
  const labels = model.inputs.map((tensors) => oneHot(tensors.labels?.data as Int32Array, 10));
  if (training.optimiser.name !== 'sgd') throw new Error('this recipe is written for momentum');
  const { learningRate, momentum } = training.optimiser;
  net.compile({
    optimizer: tf.train.momentum(learningRate, momentum),
    loss: (truth: tf.Tensor, logits: tf.Tensor) => tf.losses.softmaxCrossEntropy(truth, logits),
  });
  return async (buffer) => {
    const input = tf.tensor(images[buffer] ?? [], shape);
    const target = tf.tensor(labels[buffer] ?? [], [batch, 10]);
    const loss = await net.trainOnBatch(input, target);
    tf.dispose([input, target]);
    return loss;
  };
}

/** The same weights as ours: what exp and tanh cost depends on their values. */
function giveWeights(net: tf.Sequential, { graph, manifest, weights }: Model): void {
  const held = planLayers(graph, manifest.mode).layers.flatMap((layer) => layer.weights);
  const values = held.map((weight) => tf.tensor(toNative(weight, weights), [...weight.shape]));
  net.setWeights(values);
  tf.dispose(values);
}

function lenet5(training: boolean): tf.Sequential {
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [28, 28, 1],
        filters: 6,
        kernelSize: 5,
        padding: 'same',
        activation: 'relu',
      }),
      tf.layers.maxPooling2d({ poolSize: 2, strides: 2 }),
      tf.layers.conv2d({ filters: 16, kernelSize: 5, activation: 'relu' }),
      tf.layers.maxPooling2d({ poolSize: 2, strides: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 120, activation: 'relu' }),
      tf.layers.dense({ units: 84, activation: 'relu' }),
      tf.layers.dense({ units: 10, activation: training ? 'linear' : 'softmax' }),
    ],
  });
}

function rowLstm(training: boolean): tf.Sequential {
  return tf.sequential({
    layers: [
      tf.layers.lstm({
        inputShape: [28, 28],
        units: 128,
        recurrentActivation: 'sigmoid',
        recurrentInitializer: 'glorotUniform',
      }),
      tf.layers.dense({ units: 10, activation: training ? 'linear' : 'softmax' }),
    ],
  });
}
