/** Normalisations that TensorFlow.js has as one operation. */
import type { Tensor1D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import { type NativeTable, ofOne, operand } from './native.js';

export const normalisation: NativeTable = {
  BatchNormalization:
    (tf, { epsilon }) =>
    (inputs) => {
      const scale = operand(inputs, 1) as Tensor1D;
      const bias = operand(inputs, 2) as Tensor1D;
      const [mean, variance] = [operand(inputs, 3) as Tensor1D, operand(inputs, 4) as Tensor1D];
      return tf.batchNorm(operand(inputs, 0), mean, variance, bias, scale, epsilon);
    },
  // The running statistics, which nothing reads, stay as they are.
  TrainingBatchNormalization:
    (tf, { axis, epsilon }) =>
    (inputs) => {
      const [x, scale, bias] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)];
      const others = x.shape.flatMap((_, each) => (each === axis ? [] : each));
      const { mean, variance } = tf.moments(x, others);
      return tf.batchNorm(
        x,
        mean as Tensor1D,
        variance as Tensor1D,
        bias as Tensor1D,
        scale as Tensor1D,
        epsilon,
      );
    },
  // Its alpha is for the sum, ONNX's for the average.
  LRN: ofOne((tf, x, { size, alpha, beta, bias }) =>
    tf.localResponseNormalization(x as Tensor3D | Tensor4D, (size - 1) / 2, bias, alpha / size, beta),
  ),
};
