/** Layers with their Keras 2 configurations and their weights. */
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

export interface Entry {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights: Readonly<Record<string, NamedShape>>;
}

const pool: Entry = {
  className: 'MaxPooling2D',
  config: { pool_size: [2, 2], strides: [2, 2], padding: 'valid' },
  weights: {},
};
const flatten: Entry = { className: 'Flatten', config: {}, weights: {} };

function conv(model: Model, name: string, filters: number, padding: string): Entry {
  return {
    className: 'Conv2D',
    config: { filters, kernel_size: [5, 5], strides: [1, 1], padding, activation: 'relu', use_bias: true },
    weights: { kernel: convolutionKernel(model, name), bias: bias(model, name) },
  };
}

function dense(model: Model, name: string, activation: string, channels = 1): Entry {
  const kernel = denseKernel(model, name, channels);
  const units = kernel.shape[1];
  return {
    className: 'Dense',
    config: { units, activation, use_bias: true },
    weights: { kernel, bias: bias(model, name) },
  };
}

export function lenet5(model: Model): Entry[] {
  return [
    conv(model, 'conv1', 6, 'same'),
    pool,
    conv(model, 'conv2', 16, 'valid'),
    pool,
    flatten,
    dense(model, 'fc1', 'relu', 16),
    dense(model, 'fc2', 'relu'),
    dense(model, 'fc3', 'softmax'),
  ];
}

export function rowLstm(model: Model): Entry[] {
  const lstm: Entry = {
    className: 'LSTM',
    config: {
      units: 128,
      activation: 'tanh',
      recurrent_activation: 'sigmoid',
      use_bias: true,
      return_sequences: false,
    },
    weights: {
      kernel: gateKernel(model, 'lstm.W', ifco),
      recurrent_kernel: gateKernel(model, 'lstm.R', ifco),
      bias: gateBias(model, 'lstm.B', ifco),
    },
  };
  return [lstm, dense(model, 'fc', 'softmax')];
}
