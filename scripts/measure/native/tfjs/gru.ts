/** The text GRU with the operations of TensorFlow.js, whose own layer has no reset behind the product (`resetAfter`). */
import * as tf from '@tensorflow/tfjs';
import type { Model } from '../../../../adapters/adapter.js';
import { weightOf } from '../../paired/verify.js';
import { denseKernel, gateBias, gateKernel } from '../arrays.js';
import { type FunctionNet, variable } from './variables.js';

/** Update, reset, candidate, as ONNX has them. */
const zrh = [0, 1, 2] as const;

export function textGru(model: Model): FunctionNet {
  const table = variable(weightOf(model, 'embedding.weight'));
  const kernel = variable(gateKernel(model, 'gru.W', zrh));
  const recurrent = variable(gateKernel(model, 'gru.R', zrh));
  const bias = variable(gateBias(model, 'gru.B', zrh));
  const fc = {
    kernel: variable(denseKernel(model, 'fc')),
    bias: variable(weightOf(model, 'fc.bias')),
  };
  const [hidden = 0] = recurrent.shape;
  return (words) => {
    const [batch = 0, steps = 0] = words.shape;
    const vectors = tf.reshape(tf.gather(table, words as tf.Tensor2D), [batch * steps, -1]);
    const inputs = tf.unstack(tf.reshape(tf.add(tf.matMul(vectors, kernel), bias), [batch, steps, -1]), 1);
    let state: tf.Tensor = tf.zeros([batch, hidden]);
    for (const input of inputs) state = step(input, state, recurrent);
    return tf.add(tf.matMul(state, fc.kernel), fc.bias);
  };
}

function step(input: tf.Tensor, state: tf.Tensor, recurrent: tf.Tensor): tf.Tensor {
  const [inputZ, inputR, inputH] = tf.split(input, 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const products = tf.split(tf.matMul(state, recurrent), 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const update = tf.sigmoid(tf.add(inputZ, products[0]));
  const reset = tf.sigmoid(tf.add(inputR, products[1]));
  const candidate = tf.tanh(tf.add(inputH, tf.mul(reset, products[2])));
  return tf.add(tf.mul(update, state), tf.mul(tf.sub(1, update), candidate));
}
