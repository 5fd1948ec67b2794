/**
 * An LSTM classifier that reads MNIST digits row by row: 28 steps of 28 values, 128 hidden units, a linear layer from the last
 * hidden state to 10 classes.
 *
 * Source: the row-wise MNIST classifier of the frameworks' tutorials and examples (first in Le, Jaitly and Hinton, "A simple
 * way to initialize recurrent networks of rectified linear units", 2015, section 4.2, there pixel by pixel). The cell is the
 * ONNX LSTM operator with its default activations, without peepholes.
 *
 * ONNX, like cuDNN, has two biases per gate, of which only the sum matters. Training both would double the step of that sum
 * compared with frameworks that have one bias (Keras, TensorFlow.js). Therefore the recurrent half of B is zero and is not
 * trained: the second half of B and of its gradient is zero.
 *
 * At another length the input is the end of a vertical strip of digits, whose last digit is the one to classify: a part of a
 * digit, or several digits.
 *
 * Trainable parameters: 4·128·28 + 4·128·128 + 4·128 + 128·10 + 10 = 81,674.
 */

import type { GraphBuilder } from '../../model/builder.js';
import type { Workload } from '../../model/workload.js';
import { digits } from '../data/mnist.js';

const defaultSteps = 28;
/** More than thirty digits. */
const maxLength = 1000;
const values = 28;
const hidden = 128;
const classes = 10;

function rowLstm(steps: number): Workload {
  return {
    name: 'row-lstm',
    title: 'LSTM of 128 units over the rows of MNIST digits',
    source:
      'row-wise MNIST classifier of the frameworks’ tutorials; task of Le, Jaitly and Hinton (2015), 4.2',
    family: 'lstm',
    modes: ['inference', 'training'],
    batches: [1, 64],
    parameterCount: 81_674,
    multiplyAdds: steps * 4 * hidden * (values + hidden) + hidden * classes,
    training: {
      loss: 'softmax-cross-entropy',
      optimiser: { name: 'sgd', learningRate: 0.01, momentum: 0.9 },
      steps: 3,
    },
    // As for LeNet-5: the recurrence is contracting, so that its 28 steps add no more error than the depth of that network.
    tolerance: { output: 1e-5, loss: 1e-5, gradient: 1e-4, weight: 2e-3 },
    sequence: { length: steps, defaultLength: defaultSteps, maxLength, withLength: rowLstm },
    build(graph: GraphBuilder, batch, mode) {
      const rows = graph.input('rows', [batch, steps, values]);
      const last = graph.lstm(graph.transpose(rows, [1, 0, 2]), 'lstm', values, hidden);
      // Hidden states are of order 1/4; a gain of 16 gives logits of order 1, so that the softmax is not uniform.
      const logits = graph.gemm(graph.squeeze(last, [0]), 'fc', hidden, classes, 16);
      graph.output(mode === 'inference' ? graph.softmax(logits) : logits, [batch, classes]);
    },
    inputs(batch, buffer, mode) {
      const { images, labels } = digits(batch, buffer);
      const data = stripsOf(images, batch, steps);
      const rows = { type: 'float32' as const, shape: [batch, steps, values], data };
      return mode === 'inference'
        ? { rows }
        : { rows, labels: { type: 'int32', shape: [batch], data: labels } };
    },
  };
}

/** For each digit the last `steps` rows of the strip that ends with it; above it are the preceding digits of the batch, cyclically. */
function stripsOf(images: Float32Array, batch: number, steps: number): Float32Array {
  const strips = new Float32Array(batch * steps * values);
  const allRows = batch * defaultSteps;
  for (let example = 0; example < batch; example++) {
    for (let step = 0; step < steps; step++) {
      const position = (example + 1) * defaultSteps - steps + step;
      const row = ((position % allRows) + allRows) % allRows;
      strips.set(images.subarray(row * values, (row + 1) * values), (example * steps + step) * values);
    }
  }
  return strips;
}

export default rowLstm(defaultSteps);
