/**
 * SqueezeNet 1.1.
 *
 * Source: Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters" (2016), in the authors' version 1.1 as
 * in torchvision's `squeezenet1_1`: a convolution with 64 filters of 3 × 3, eight fire modules (1 × 1 squeeze, then 1 × 1 and
 * 3 × 3 expand in parallel), max pooling after the first convolution, the second and the fourth module, a convolution as
 * classifier.
 *
 * torchvision's poolings have ceil_mode, without effect at 224 × 224. The dropout before the classifier is omitted in training.
 * As in torchvision, a ReLU precedes the final average pooling.
 *
 * Parameters: 1,235,496 (torchvision); multiply-adds at 224 × 224: 349,151,936 (torchvision: 0.35 G).
 */

import type { GraphBuilder, ValueName } from '../../model/builder.js';
import { classifier } from '../classifier.js';

/** Filters of the squeeze and of each expand convolution; whether max pooling precedes the module. */
const modules = [
  { squeezed: 16, expanded: 64, pooled: true },
  { squeezed: 16, expanded: 64, pooled: false },
  { squeezed: 32, expanded: 128, pooled: true },
  { squeezed: 32, expanded: 128, pooled: false },
  { squeezed: 48, expanded: 192, pooled: true },
  { squeezed: 48, expanded: 192, pooled: false },
  { squeezed: 64, expanded: 256, pooled: false },
  { squeezed: 64, expanded: 256, pooled: false },
];

/** @param share relative to the published width */
function network(graph: GraphBuilder, x: ValueName, share: number, classes: number): ValueName {
  const convolve = (from: ValueName, name: string, channels: number, filters: number, kernel: number) =>
    graph.relu(graph.conv(from, name, channels, filters, kernel, (kernel - 1) / 2));
  let channels = 64 * share;
  let y = graph.relu(
    graph.convolution(x, 'conv1', { channels: 3, filters: channels, kernel: [3, 3], stride: 2 }),
  );
  modules.forEach(({ squeezed, expanded, pooled }, index) => {
    const name = `fire${index + 2}`;
    const squeeze = convolve(
      pooled ? graph.maxPool(y, 3, 2) : y,
      `${name}.squeeze`,
      channels,
      squeezed * share,
      1,
    );
    const halves = [1, 3].map((kernel) =>
      convolve(squeeze, `${name}.expand${kernel}x${kernel}`, squeezed * share, expanded * share, kernel),
    );
    y = graph.concat(halves);
    channels = 2 * expanded * share;
  });
  const scores = convolve(y, 'conv10', channels, classes, 1);
  return graph.flatten(graph.globalAveragePool(scores));
}

export default classifier({
  name: 'squeezenet',
  title: 'SqueezeNet 1.1 on random images of 224 × 224',
  source: 'Iandola et al., SqueezeNet (2016), v1.1; torchvision squeezenet1_1',
  family: 'cnn',
  batches: [1, 8],
  parameterCount: 1_235_496,
  multiplyAdds: 349_151_936,
  example: [3, 224, 224],
  classes: 1000,
  logits: (graph, x) => network(graph, x, 1, 1000),
  small: {
    title: 'SqueezeNet 1.1 at half the width, 100 classes, on random images of 63 × 63',
    parameterCount: 207_492,
    multiplyAdds: 4_889_696,
    example: [3, 63, 63],
    classes: 100,
    logits: (graph, x) => network(graph, x, 1 / 2, 100),
  },
});
