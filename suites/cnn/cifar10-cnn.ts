/**
 * The CIFAR-10 network of the cross-framework comparison of 2017 and 2018.
 *
 * Source: Karmanov and others, "Deep learning framework examples" (github.com/ilkarman/DeepLearningFrameworks, 2018), the
 * "Rosetta Stone" comparison of thirteen framework stacks: convolutions of 3 × 3 with 50, 50, 100 and 100 filters, max pooling
 * 2 × 2 after the second and the fourth, linear layers of 512 and 10; batches of 64, learning rate 0.01, momentum 0.9.
 *
 * The dropout layers are omitted in training: their random masks differ between frameworks.
 *
 * Parameters: 3,441,592, as published. Multiply-adds: 32²·9·(3·50 + 50·50) + 16²·9·(50·100 + 100·100) + 6400·512 + 512·10.
 */

import type { GraphBuilder, ValueName } from '../../model/builder.js';
import { classifier } from '../classifier.js';

function network(graph: GraphBuilder, x: ValueName, narrow: number, wide: number, units: number): ValueName {
  const convolve = (from: ValueName, name: string, channels: number, filters: number) =>
    graph.relu(graph.conv(from, name, channels, filters, 3, 1));
  const first = graph.maxPool(convolve(convolve(x, 'conv1', 3, narrow), 'conv2', narrow, narrow), 2);
  const second = graph.maxPool(convolve(convolve(first, 'conv3', narrow, wide), 'conv4', wide, wide), 2);
  const hidden = graph.relu(graph.gemm(graph.flatten(second), 'fc1', wide * 8 * 8, units, 2));
  return graph.gemm(hidden, 'fc2', units, 10, 1);
}

export default classifier({
  name: 'cifar10-cnn',
  title: 'CIFAR-10 network of the framework comparison of 2018, on random images of 32 × 32',
  source: 'ilkarman/DeepLearningFrameworks (2018), CNN on CIFAR-10',
  family: 'cnn',
  batches: [1, 64],
  parameterCount: 3_441_592,
  multiplyAdds: 62_264_320,
  example: [3, 32, 32],
  classes: 10,
  logits: (graph, x) => network(graph, x, 50, 100, 512),
  small: {
    title: 'CIFAR-10 network of 2018 at a fifth of the width, on random images of 32 × 32',
    parameterCount: 135_740,
    multiplyAdds: 2_709_480,
    example: [3, 32, 32],
    classes: 10,
    logits: (graph, x) => network(graph, x, 10, 20, 100),
  },
});
