/** Normalisations that TensorFlow.js has as one operation. */
import type { Tensor1D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import { type NativeTable, ofOne, operand } from './native.js';

export const normalisation: NativeTable = {
  BatchNormalization:
    (tf, { epsilon }) =>
    (inputs) => {
      const [scale, bias, mean, variance] = [1, 2, 3, 4].map((place) => operand(inputs, place) as Tensor1D);
      return tf.batchNorm(operand(inputs, 0), mean as Tensor1D, variance as Tensor1D, bias, scale, epsilon);
    },
  // Its alpha is for the sum, ONNX's for the average.
  LRN: ofOne((tf, x, { size, alpha, beta, bias }) =>
    tf.localResponseNormalization(x as Tensor3D | Tensor4D, (size - 1) / 2, bias, alpha / size, beta),
  ),
};
