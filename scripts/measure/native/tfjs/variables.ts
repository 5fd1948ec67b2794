/** What nets that are functions of the operations have in common. */
import * as tf from '@tensorflow/tfjs';
import type { NamedShape } from '../arrays.js';

/** From the input to logits. */
export type FunctionNet = (input: tf.Tensor) => tf.Tensor;

/** A weight that learns. */
export function variable({ shape, data }: NamedShape): tf.Variable {
  return tf.variable(tf.tensor(data, [...shape]));
}
