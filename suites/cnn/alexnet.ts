/**
 * AlexNet in its single-tower form.
 *
 * Source: Krizhevsky, "One weird trick for parallelizing convolutional neural networks" (2014), section 5, footnote 1, as in
 * torchvision's `alexnet` and the convnet-benchmarks ("AlexNet-OWT"): five convolutions of 64, 192, 384, 256
 * and 256 filters without groups and without local response normalisation, three linear layers of 4096, 4096 and 1000.
 *
 * The two dropout layers are omitted in training: their random masks differ between frameworks.
 *
 * Parameters: 61,100,840 (torchvision); multiply-adds at 224 × 224: 714,188,480 (torchvision: 0.71 G).
 */

import type { GraphBuilder, ValueName } from '../../model/builder.js';
import { classifier } from '../classifier.js';

/** Filters of the five convolutions, units of the two hidden linear layers. */
interface Widths {
  readonly filters: readonly [number, number, number, number, number];
  readonly units: number;
  readonly classes: number;
}

function network(
  graph: GraphBuilder,
  x: ValueName,
  side: number,
  { filters, units, classes }: Widths,
): ValueName {
  const [first, second, third, fourth, fifth] = filters;
  const convolve = (
    from: ValueName,
    name: string,
    channels: number,
    count: number,
    kernel: number,
    pad: number,
  ) => graph.relu(graph.conv(from, name, channels, count, kernel, pad));
  const stem = graph.convolution(x, 'conv1', {
    channels: 3,
    filters: first,
    kernel: [11, 11],
    stride: 4,
    pad: 2,
  });
  let y = graph.maxPool(graph.relu(stem), 3, 2);
  y = graph.maxPool(convolve(y, 'conv2', first, second, 5, 2), 3, 2);
  y = convolve(y, 'conv3', second, third, 3, 1);
  y = convolve(y, 'conv4', third, fourth, 3, 1);
  y = graph.maxPool(convolve(y, 'conv5', fourth, fifth, 3, 1), 3, 2);
  const hidden = graph.relu(graph.gemm(graph.flatten(y), 'fc6', fifth * side * side, units, 2));
  return graph.gemm(graph.relu(graph.gemm(hidden, 'fc7', units, units, 2)), 'fc8', units, classes, 1);
}

export default classifier({
  name: 'alexnet',
  title: 'AlexNet, single tower, on random images of 224 × 224',
  source:
    'Krizhevsky, One weird trick for parallelizing convolutional neural networks (2014); torchvision alexnet',
  family: 'cnn',
  batches: [1, 8],
  parameterCount: 61_100_840,
  multiplyAdds: 714_188_480,
  example: [3, 224, 224],
  classes: 1000,
  logits: (graph, x) =>
    network(graph, x, 6, { filters: [64, 192, 384, 256, 256], units: 4096, classes: 1000 }),
  small: {
    title: 'AlexNet at a quarter of the width, 100 classes, on random images of 128 × 128',
    parameterCount: 768_308,
    multiplyAdds: 17_057_712,
    example: [3, 128, 128],
    classes: 100,
    logits: (graph, x) => network(graph, x, 3, { filters: [16, 48, 96, 64, 64], units: 512, classes: 100 }),
  },
});
