/**
 * U-Net: a class for each pixel.
 *
 * Source: Ronneberger, Fischer and Brox, "U-Net: convolutional networks for biomedical image segmentation" (2015), figure 1: two
 * convolutions of 3 × 3 with ReLU on each of four levels, of 64 to 512 filters, a maximum over 2 × 2 after each, two of 1024 at the bottom,
 * and back up: an up-convolution of 2 × 2 that halves the channels, the level's own pictures beside it, two convolutions; at last one of
 * 1 × 1 to two classes. 23 convolutions with the up-convolutions, as the paper counts.
 *
 * The paper's convolutions have no padding: of 572 × 572 it classifies the inner 388 × 388, and cuts what it lays beside. As most have it
 * since, these are padded at a power of two (here 128 × 128), so that every pixel has a class and nothing is cut; weights are as many.
 * Left out in training: the dropout at the bottom, whose masks no two frameworks draw alike, and the map that weighs the loss
 * of pixels between touching cells. One picture is a batch, and the momentum is 0.99, as in section 3; the paper names no rate.
 *
 * Pictures are drawn, and their masks are the labels: see `suites/data/silhouettes.ts`.
 *
 * Parameters: 31,030,658, what Keras and PyTorch versions of the paper's figure count (one channel, two classes, biases, no
 * normalisation; 31.03 M). Others differ by a last layer of one class (31,030,593) or batch normalisation (31.04 M).
 * Multiply-adds at 128 × 128: 12,024,020,992.
 */

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
  const kept = levels.map((level) => {
    const filters = width * 2 ** level;
    const pictures = twice(y, `down${level + 1}`, channels, filters);
    y = graph.maxPool(pictures, 2);
    channels = filters;
    return pictures;
  });
  y = twice(y, 'bottom', channels, 2 * channels);
  for (const level of levels.toReversed()) {
    const name = `up${level + 1}`;
    const up = { channels: 2 * channels, filters: channels, kernel: [2, 2], stride: 2 };
    const raised = graph.transposedConvolution(y, name, up);
    y = twice(graph.concat([kept[level] ?? '', raised]), name, 2 * channels, channels);
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
      const { pictures, masks } = silhouettes(batch, side, buffer);
      const x = { type: 'float32' as const, shape: [batch, 1, side, side], data: pictures };
      if (mode === 'inference') return { x };
      return { x, labels: { type: 'int32', shape: [batch, side * side], data: masks } };
    },
  };
}

const small = segmentation(
  { side: 32, width: 8 },
  {
    name: 'unet-small',
    title: 'U-Net at an eighth of its width, on drawn pictures of 32 × 32',
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
    title: 'U-Net on drawn pictures of 128 × 128, a class for each pixel',
    batches: [1],
    parameterCount: 31_030_658,
    multiplyAdds: 12_024_020_992,
    small,
  },
);
