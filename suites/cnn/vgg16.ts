/**
 * VGG-16.
 *
 * Source: Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition" (2015), table 1,
 * column D: thirteen convolutions of 3 × 3 in five groups, each followed by max pooling 2 × 2; three linear layers.
 *
 * The two dropout layers are omitted in training: their random masks differ between frameworks.
 *
 * Parameters: 138,357,544 (the paper's table 2: 138 M); multiply-adds at 224 × 224: 15,470,264,320 (published: 15.5 G).
 */

import type { GraphBuilder, ValueName } from '../../model/builder.js';
import { classifier } from '../classifier.js';

const groups = [
  [64, 64],
  [128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [512, 512, 512],
];

/** @param share relative to the published width @param size of the image, in pixels */
function network(
  graph: GraphBuilder,
  x: ValueName,
  share: number,
  size: number,
  units: number,
  classes: number,
) {
  let y = x;
  let channels = 3;
  groups.forEach((group, number) => {
    group.forEach((width, place) => {
      const filters = width * share;
      y = graph.relu(graph.conv(y, `conv${number + 1}_${place + 1}`, channels, filters, 3, 1));
      channels = filters;
    });
    y = graph.maxPool(y, 2);
  });
  const side = size / 32;
  const hidden = graph.relu(graph.gemm(graph.flatten(y), 'fc1', channels * side * side, units, 2));
  return graph.gemm(graph.relu(graph.gemm(hidden, 'fc2', units, units, 2)), 'fc3', units, classes, 1);
}

export default classifier({
  name: 'vgg16',
  title: 'VGG-16 on random images of 224 × 224',
  source:
    'Simonyan and Zisserman, Very deep convolutional networks for large-scale image recognition (2015), table 1 D',
  family: 'cnn',
  batches: [1, 8],
  parameterCount: 138_357_544,
  multiplyAdds: 15_470_264_320,
  example: [3, 224, 224],
  classes: 1000,
  logits: (graph, x) => network(graph, x, 1, 224, 4096, 1000),
  small: {
    title: 'VGG-16 at an eighth of the width, 100 classes, on random images of 64 × 64',
    parameterCount: 676_108,
    multiplyAdds: 20_793_344,
    example: [3, 64, 64],
    classes: 100,
    logits: (graph, x) => network(graph, x, 1 / 8, 64, 512, 100),
  },
});
