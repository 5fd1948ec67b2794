/**
 * SqueezeNet 1.1.
 *
 * Source: Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters" (2016), and its authors' v1.1, which
 * torchvision's `squeezenet1_1` has: a first convolution of 64 filters of 3 × 3, eight fire modules (1 × 1 squeezed, then 1 × 1
 * and 3 × 3 side by side), poolings after the first convolution, the second and the fourth module, a convolution as classifier.
 *
 * torchvision rounds the extents of its poolings up; at 224 × 224 that changes nothing. The dropout before the classifier is left
 * out in training. torchvision ends in a ReLU before the average, and so does this.
 *
 * Parameters: 1,235,496 (torchvision); multiply-adds at 224 × 224: 349,151,936 (torchvision: 0.35 G).
 */

import type { GraphBuilder, ValueName } from '../../model/builder.js';
import { classifier } from '../classifier.js';

/** Squeezed filters, and those of each expanded half; a pooling comes before some. */
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

/** @param share of the published width */
function network(graph: GraphBuilder, x: ValueName, share: number, classes: number): ValueName {
  const convolve = (from: ValueName, name: string, channels: number, filters: number, kernel: number) =>
    graph.relu(graph.conv(from, name, channels, filters, kernel, (kernel - 1) / 2));
  let channels = 64 * share;
  let y = graph.relu(
    graph.convolution(x, 'conv1', { channels: 3, filters: channels, kernel: [3, 3], stride: 2 }),
  );
  modules.forEach(({ squeezed, expanded, pooled }, place) => {
    const name = `fire${place + 2}`;
    const inner = convolve(
      pooled ? graph.maxPool(y, 3, 2) : y,
      `${name}.squeeze`,
      channels,
      squeezed * share,
      1,
    );
    const halves = [1, 3].map((kernel) =>
      convolve(inner, `${name}.expand${kernel}x${kernel}`, squeezed * share, expanded * share, kernel),
    );
    y = graph.concat(halves);
    channels = 2 * expanded * share;
  });
  const last = convolve(y, 'conv10', channels, classes, 1);
  return graph.flatten(graph.globalAveragePool(last));
}

export default classifier({
  name: 'squeezenet',
  title: 'SqueezeNet 1.1 on drawn pictures of 224 × 224',
  source: 'Iandola et al., SqueezeNet (2016), v1.1; torchvision squeezenet1_1',
  family: 'cnn',
  batches: [1, 8],
  parameterCount: 1_235_496,
  multiplyAdds: 349_151_936,
  example: [3, 224, 224],
  classes: 1000,
  logits: (graph, x) => network(graph, x, 1, 1000),
  small: {
    title: 'SqueezeNet 1.1 at half its width, 100 classes, on drawn pictures of 63 × 63',
    parameterCount: 207_492,
    multiplyAdds: 4_889_696,
    example: [3, 63, 63],
    classes: 100,
    logits: (graph, x) => network(graph, x, 1 / 2, 100),
  },
});
