/** LeNet-5 and the row LSTM with `tf.sequential`. */
import * as tf from '@tensorflow/tfjs';
import type { Model } from '../../../../adapters/adapter.js';
import {
  bias,
  convolutionKernel,
  denseKernel,
  gateBias,
  gateKernel,
  ifco,
  type NamedShape,
} from '../arrays.js';

/** The weights of a whole model, in the order of its layers. */
export function give(net: tf.LayersModel | tf.layers.Layer, weights: readonly NamedShape[]): void {
  const tensors = weights.map(({ shape, data }) => tf.tensor(data, [...shape]));
  net.setWeights(tensors);
  tf.dispose(tensors);
}

export function lenet5(model: Model): tf.LayersModel {
  const net = tf.sequential({
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
      tf.layers.dense({ units: 10, activation: lastActivation(model) }),
    ],
  });
  const kernels = [
    convolutionKernel(model, 'conv1'),
    convolutionKernel(model, 'conv2'),
    denseKernel(model, 'fc1', 16),
    denseKernel(model, 'fc2'),
    denseKernel(model, 'fc3'),
  ];
  const names = ['conv1', 'conv2', 'fc1', 'fc2', 'fc3'];
  const weights = kernels.flatMap((kernel, place) => [kernel, bias(model, names[place] ?? '')]);
  give(net, weights);
  return net;
}

export function rowLstm(model: Model): tf.LayersModel {
  const net = tf.sequential({
    layers: [
      tf.layers.lstm({
        inputShape: [28, 28],
        units: 128,
        recurrentActivation: 'sigmoid',
        recurrentInitializer: 'glorotUniform',
      }),
      tf.layers.dense({ units: 10, activation: lastActivation(model) }),
    ],
  });
  give(net, [
    gateKernel(model, 'lstm.W', ifco),
    gateKernel(model, 'lstm.R', ifco),
    gateBias(model, 'lstm.B', ifco),
    denseKernel(model, 'fc'),
    bias(model, 'fc'),
  ]);
  return net;
}

export function lastActivation({ manifest }: Model): 'linear' | 'softmax' {
  return manifest.training ? 'linear' : 'softmax';
}
