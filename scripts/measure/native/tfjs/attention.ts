/** A grouped convolution and a transformer encoder layer with the operations of TensorFlow.js: it has no such layers. */
import * as tf from '@tensorflow/tfjs';
import type { Model } from '../../../../adapters/adapter.js';
import { weightOf } from '../../paired/verify.js';
import { convolutionKernel, denseKernel, type NamedShape } from '../arrays.js';
import { type FunctionNet, variable } from './variables.js';

const width = 64;
const positions = 64;
const heads = 4;
const groups = 8;

export function attentionCnn(model: Model): FunctionNet {
  const stem = layer(model, 'stem', convolutionKernel(model, 'stem'));
  const grouped = layer(model, 'grouped', convolutionKernel(model, 'grouped'));
  const encode = encoderLayer(model);
  const fc = layer(model, 'fc', denseKernel(model, 'fc'));
  return (image) => {
    const patches = tf.conv2d(image as tf.Tensor4D, stem.kernel as tf.Tensor4D, 4, 'valid');
    const features = groupedConvolution(tf.relu(tf.add(patches, stem.bias)), grouped.kernel);
    const tokens = tf.reshape(tf.relu(tf.add(features, grouped.bias)), [-1, positions, width]);
    return tf.add(tf.matMul(tf.mean(encode(tokens), 1), fc.kernel), fc.bias);
  };
}

interface Layer {
  readonly kernel: tf.Variable;
  readonly bias: tf.Variable;
}

function layer(model: Model, name: string, kernel: NamedShape): Layer {
  return { kernel: variable(kernel), bias: variable(weightOf(model, `${name}.bias`)) };
}

function groupedConvolution(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
  const kernels = tf.split(kernel, groups, 3);
  const parts = tf.split(x, groups, 3).map((part, group) => {
    return tf.conv2d(part as tf.Tensor4D, kernels[group] as tf.Tensor4D, 1, 'same');
  });
  return tf.concat(parts, 3);
}

/** [batch, positions, width] → the same shape. */
function encoderLayer(model: Model): (x: tf.Tensor) => tf.Tensor {
  const named = (name: string) => layer(model, name, weightOf(model, `${name}.weight`));
  const [query, key, value] = [named('query'), named('key'), named('value')];
  const [projection, linear1, linear2] = [named('projection'), named('linear1'), named('linear2')];
  const [norm1, norm2] = [named('norm1'), named('norm2')];
  return (x) => {
    const [q, k, v] = [split(linear(x, query)), split(linear(x, key)), split(linear(x, value))];
    const scores = tf.mul(tf.matMul(q, k, false, true), (width / heads) ** -0.5);
    const mixed = tf.transpose(tf.matMul(tf.softmax(scores), v), [0, 2, 1, 3]);
    const attended = linear(tf.reshape(mixed, [-1, positions, width]), projection);
    const first = layerNormalisation(tf.add(x, attended), norm1);
    const second = linear(tf.relu(linear(first, linear1)), linear2);
    return layerNormalisation(tf.add(first, second), norm2);
  };
}

/** Over the last axis of [batch, positions, …]. */
function linear(x: tf.Tensor, { kernel, bias }: Layer): tf.Tensor {
  const [inputs = -1, outputs = -1] = kernel.shape;
  const rows = tf.add(tf.matMul(tf.reshape(x, [-1, inputs]), kernel), bias);
  return tf.reshape(rows, [-1, positions, outputs]);
}

/** [batch, heads, positions, …] */
function split(x: tf.Tensor): tf.Tensor {
  return tf.transpose(tf.reshape(x, [-1, positions, heads, width / heads]), [0, 2, 1, 3]);
}

function layerNormalisation(x: tf.Tensor, { kernel, bias }: Layer): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true);
  const normal = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5)));
  return tf.add(tf.mul(normal, kernel), bias);
}
