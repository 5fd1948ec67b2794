/**
 * The MNIST demo of ConvNetJS.
 *
 * Source: Karpathy, ConvNetJS, `demo/js/mnist.js` (2014): images cropped to 24 × 24, convolutions of 5 × 5 with 8 and 16 filters, each
 * followed by ReLU, max pooling 2 × 2 and 3 × 3, then ten classes. The demo crops at random and trains with ADADELTA in batches
 * of 20; here the crop is central, and the optimiser is momentum.
 *
 * Parameters: 8·25+8 + 16·200+16 + 256·10+10 = 5,994. Multiply-adds: 24²·25·8 + 12²·200·16 + 256·10.
 */
import { classifier } from '../classifier.js';
import { digits } from '../data/mnist.js';

const side = 24;
const originalSide = 28;
const margin = (originalSide - side) / 2;

export default classifier({
  name: 'convnetjs-mnist',
  title: 'MNIST demo network of ConvNetJS',
  source: 'Karpathy, ConvNetJS, demo/js/mnist.js (2014)',
  family: 'cnn',
  batches: [1, 20],
  parameterCount: 5_994,
  multiplyAdds: 578_560,
  example: [1, side, side],
  classes: 10,
  logits(graph, x) {
    const first = graph.maxPool(graph.relu(graph.conv(x, 'conv1', 1, 8, 5, 2)), 2);
    const second = graph.maxPool(graph.relu(graph.conv(first, 'conv2', 8, 16, 5, 2)), 3);
    return graph.gemm(graph.flatten(second), 'fc', 256, 10, 1);
  },
  inputs(batch, buffer) {
    const { images, labels } = digits(batch, buffer);
    const data = new Float32Array(batch * side * side);
    for (let row = 0; row < batch * side; row++) {
      const image = Math.floor(row / side);
      const start = (image * originalSide + (row % side) + margin) * originalSide + margin;
      data.set(images.subarray(start, start + side), row * side);
    }
    return { data, labels };
  },
});
