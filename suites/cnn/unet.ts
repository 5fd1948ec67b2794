/**
 * U-Net: image segmentation with a class for each pixel.
 *
 * Source: Ronneberger, Fischer and Brox, "U-Net: convolutional networks for biomedical image segmentation" (2015), figure 1. On
 * the way down four levels with 64 to 512 filters, each of two 3 × 3 convolutions with ReLU and max pooling 2 × 2; two
 * convolutions with 1024 filters at the bottom; on the way up for each level a 2 × 2 up-convolution that halves the channels,
 * concatenation with the level's feature maps and two convolutions; finally a 1 × 1 convolution to two classes. Including the
 * up-convolutions these are 23 convolutions, as in the paper.
 *
 * The paper's convolutions have no padding: it classifies the inner 388 × 388 of 572 × 572 pixels and crops the feature maps
 * that it concatenates. As in most later implementations, here they are padded, at a power of two (128 × 128), so that every
 * pixel has a class and nothing is cropped; the weights are the same. Omitted in training: the dropout at the bottom, whose
 * random masks differ between frameworks, and the weight map for pixels between touching cells. The batch is one image and the
 * momentum 0.99, as in section 3; the paper states no learning rate.
 *
 * Images are generated, with their masks as labels: see `suites/data/silhouettes.ts`.
 *
 * Parameters: 31,030,658, as in Keras and PyTorch versions of the paper's figure (one channel, two classes, biases, no
 * normalisation). Others differ by a last layer with one class (31,030,593) or by batch normalisation (31.04 M).
 * Multiply-adds at 128 × 128: 12,024,020,992.
 */

import { at } from '../../common/at.js';
import type { GraphBuilder, ValueName } from '../../model/builder.js';
import type { Tensors } from '../../model/graph.js';
import type { Workload } from '../../model/workload.js';
import { silhouettes } from '../data/silhouettes.js';

interface Size {
  readonly side: number;
  /** Filters of the first level; each level below has twice as many. */
  readonly width: number;
}

const levels = [0, 1, 2, 3];
const classes = 2;

function network(graph: GraphBuilder, x: ValueName, width: number): ValueName {
  const twice = (from: ValueName, name: string, channels: number, filters: number) => {
    const first = graph.relu(graph.conv(from, `${name}.conv1`, channels, filters, 3, 1));
    return graph.relu(graph.conv(first, `${name}.conv2`, filters, filters, 3, 1));
  };
  let y = x;
  let channels = 1;
  const skipped = levels.map((level) => {
    const filters = width * 2 ** level;
    const maps = twice(y, `down${level + 1}`, channels, filters);
    y = graph.maxPool(maps, 2);
    channels = filters;
    return maps;
  });
  y = twice(y, 'bottom', channels, 2 * channels);
  for (const level of levels.toReversed()) {
    const name = `up${level + 1}`;
    const up = { channels: 2 * channels, filters: channels, kernel: [2, 2], stride: 2 };
    const upsampled = graph.transposedConvolution(y, name, up);
    y = twice(graph.concat([at(skipped, level), upsampled]), name, 2 * channels, channels);
    channels /= 2;
  }
  return graph.convolution(y, 'classes', { channels: width, filters: classes, kernel: [1, 1], gain: 1 });
}

type Definition = Pick<
  Workload,
  'name' | 'title' | 'batches' | 'trainingBatches' | 'parameterCount' | 'multiplyAdds' | 'small'
>;

function segmentation({ side, width }: Size, definition: Definition): Workload {
  return {
    ...definition,
    source: 'Ronneberger, Fischer and Brox, U-Net (2015), figure 1, with padded convolutions',
    family: 'cnn',
    modes: ['inference', 'training'],
    training: {
      loss: 'softmax-cross-entropy',
      optimiser: { name: 'sgd', learningRate: 0.01, momentum: 0.99 },
      steps: 3,
    },
    tolerance: { output: 1e-4, loss: 1e-4, gradient: 1e-3, weight: 1e-2 },
    build(graph, batch, mode) {
      const scores = network(graph, graph.input('x', [batch, 1, side, side]), width);
      if (mode === 'inference') {
        graph.output(graph.softmax(scores, 1), [batch, classes, side, side]);
        return;
      }
      const pixels = [batch, side * side, classes];
      graph.output(graph.reshape(graph.transpose(scores, [0, 2, 3, 1]), pixels), pixels);
    },
    inputs(batch, buffer, mode): Tensors {
      const { images, masks } = silhouettes(batch, side, buffer);
      const x = { type: 'float32' as const, shape: [batch, 1, side, side], data: images };
      if (mode === 'inference') return { x };
      return { x, labels: { type: 'int32', shape: [batch, side * side], data: masks } };
    },
  };
}

const small = segmentation(
  { side: 32, width: 8 },
  {
    name: 'unet-small',
    title: 'U-Net at an eighth of the width, on generated images of 32 × 32',
    batches: [1, 4],
    trainingBatches: [1],
    parameterCount: 485_682,
    multiplyAdds: 11_821_056,
  },
);

export default segmentation(
  { side: 128, width: 64 },
  {
    name: 'unet',
    title: 'U-Net on generated images of 128 × 128, a class for each pixel',
    batches: [1],
    parameterCount: 31_030_658,
    multiplyAdds: 12_024_020_992,
    small,
  },
);
