/**
 * LeNet-5 on MNIST digits.
 *
 * Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", Proceedings of
 * the IEEE 86 (1998), section II.B: convolution 6@5×5, 2× subsampling, convolution 16@5×5, 2× subsampling, then 120,
 * 84 and 10 units.
 *
 * This is the common tutorial variant, with operators that every framework has natively:
 * - ReLU instead of the scaled tanh, and max pooling instead of trainable average pooling: ConvNetJS has max pooling only.
 * - The second convolution reads all six feature maps; no framework's convolution layer can express the paper's sparse
 *   connection table.
 * - A linear layer with softmax cross-entropy instead of the radial basis output.
 * - 28 × 28 input with padding 2 in the first convolution, equal to the paper's 32 × 32 field. The padding is symmetric, the
 *   only kind that ConvNetJS has.
 *
 * Parameters: 6·25+6 + 16·6·25+16 + 400·120+120 + 120·84+84 + 84·10+10 = 61,706.
 */

import type { GraphBuilder } from '../../model/builder.js';
import type { Workload } from '../../model/workload.js';
import { digits, pixels } from '../data/mnist.js';

const classes = 10;

const lenet5: Workload = {
  name: 'lenet5',
  title: 'LeNet-5 (ReLU, max pooling) on MNIST digits',
  source: 'LeCun et al., Gradient-based learning applied to document recognition, Proc. IEEE 86 (1998), II.B',
  family: 'cnn',
  modes: ['inference', 'training'],
  batches: [1, 64],
  parameterCount: 61_706,
  // 28²·25·6 + 10²·25·6·16 + 400·120 + 120·84 + 84·10
  multiplyAdds: 416_520,
  training: {
    loss: 'softmax-cross-entropy',
    optimiser: { name: 'sgd', learningRate: 0.01, momentum: 0.9 },
    steps: 3,
  },
  tolerance: {
    // Measured float32 errors are 5e-7 in outputs and 2e-6 in gradients: the bounds leave room for the kernels of other
    // machines, but not for half precision, whose rounding alone is 5e-4.
    output: 1e-5,
    loss: 1e-5,
    gradient: 1e-4,
    // Relative to the movement of the weights, which is rounded to the precision of the weights (1.3e-4 was measured).
    weight: 2e-3,
  },
  build(graph: GraphBuilder, batch, mode) {
    const image = graph.input('image', [batch, 1, 28, 28]);
    const first = graph.maxPool(graph.relu(graph.conv(image, 'conv1', 1, 6, 5, 2)), 2);
    const second = graph.maxPool(graph.relu(graph.conv(first, 'conv2', 6, 16, 5, 0)), 2);
    const third = graph.relu(graph.gemm(graph.flatten(second), 'fc1', 400, 120, 2));
    const fourth = graph.relu(graph.gemm(third, 'fc2', 120, 84, 2));
    const logits = graph.gemm(fourth, 'fc3', 84, classes, 1);
    graph.output(mode === 'inference' ? graph.softmax(logits) : logits, [batch, classes]);
  },
  inputs(batch, buffer, mode) {
    const { images, labels } = digits(batch, buffer);
    const image = {
      type: 'float32' as const,
      shape: [batch, 1, 28, 28],
      data: images.subarray(0, batch * pixels),
    };
    return mode === 'inference'
      ? { image }
      : { image, labels: { type: 'int32', shape: [batch], data: labels } };
  },
};
export default lenet5;
