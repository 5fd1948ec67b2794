/**
 * Single convolutions at published sizes.
 *
 * Source: Baidu Research, DeepBench, `code/kernels/conv_problems.h`: the inference set for servers and devices at batch 1, and
 * the training set at its smallest batch. Of its hundred rows these are one of each kind: the square kernels of ResNet-50 and
 * VGG at each resolution, a 5 × 5 and a 1 × 1 kernel of GoogLeNet, the 1 × 1 kernels of ResNet-50 that expand, reduce and have
 * stride 2, and the first layers of Deep Speech and of the character recogniser, of which the one for devices is in the
 * inference set only. As in DeepBench there are no biases. Names: input (height × width × channels), kernel, filters.
 *
 * Convolutions of fifty million multiply-adds or more have a small form: a quarter of the channels and filters, or of the
 * extents if there are few channels.
 */

import type { GraphBuilder, ValueName } from '../../model/builder.js';
import type { Workload } from '../../model/workload.js';
import { kernel } from '../kernel.js';

/** One row of DeepBench's table. */
type Row = readonly [
  width: number,
  height: number,
  channels: number,
  filters: number,
  kernelWidth: number,
  kernelHeight: number,
  padWidth: number,
  padHeight: number,
  strideWidth: number,
  strideHeight: number,
  /** Smallest batch in the training set, if the row is in it. */
  trainingBatch?: number,
];
const rows: readonly Row[] = [
  [224, 224, 3, 64, 7, 7, 3, 3, 2, 2, 16],
  [56, 56, 64, 64, 3, 3, 1, 1, 1, 1, 8],
  [28, 28, 128, 128, 3, 3, 1, 1, 1, 1, 8],
  [14, 14, 256, 256, 3, 3, 1, 1, 1, 1, 8],
  [112, 112, 64, 128, 3, 3, 1, 1, 1, 1, 8],
  [56, 56, 128, 256, 3, 3, 1, 1, 1, 1, 8],
  [28, 28, 256, 512, 3, 3, 1, 1, 1, 1, 8],
  [14, 14, 512, 512, 3, 3, 1, 1, 1, 1, 8],
  [7, 7, 512, 512, 3, 3, 1, 1, 1, 1, 8],
  [28, 28, 192, 32, 5, 5, 2, 2, 1, 1, 16],
  [14, 14, 512, 192, 1, 1, 0, 0, 1, 1, 16],
  [112, 112, 64, 64, 1, 1, 0, 0, 1, 1, 8],
  [56, 56, 256, 64, 1, 1, 0, 0, 1, 1, 8],
  [28, 28, 512, 256, 1, 1, 0, 0, 2, 2, 8],
  [480, 48, 1, 16, 3, 3, 1, 1, 1, 1, 16],
  [151, 40, 1, 32, 20, 5, 8, 8, 8, 2],
  [700, 161, 1, 32, 20, 5, 0, 0, 2, 2, 4],
  [341, 79, 32, 32, 10, 5, 0, 0, 2, 2, 4],
];

function nameOf([width, height, channels, filters, kernelWidth, kernelHeight]: Row): string {
  return `conv-${height}x${width}x${channels}-${kernelHeight}x${kernelWidth}x${filters}`;
}

function quarter([width, height, channels, filters, ...rest]: Row): Row {
  return channels > 3
    ? [width, height, channels / 4, filters / 4, ...rest]
    : [Math.ceil(width / 4), Math.ceil(height / 4), channels, filters, ...rest];
}

/** Output extent along one axis. */
function outputExtent(extent: number, kernel: number, pad: number, stride: number): number {
  return Math.floor((extent + 2 * pad - kernel) / stride) + 1;
}

function definitionOf(row: Row, name: string) {
  const [width, height, channels, filters, kernelWidth, kernelHeight, ...rest] = row;
  const [padWidth, padHeight, strideWidth, strideHeight, trainingBatch] = rest;
  const rows = outputExtent(height, kernelHeight, padHeight, strideHeight);
  const columns = outputExtent(width, kernelWidth, padWidth, strideWidth);
  const weights = filters * channels * kernelHeight * kernelWidth;
  return {
    name,
    title: `convolution of ${height}×${width}×${channels} with ${filters} kernels of ${kernelHeight}×${kernelWidth}`,
    source: 'DeepBench (Baidu Research), conv_problems.h',
    family: 'micro' as const,
    batches: [1],
    parameterCount: weights,
    multiplyAdds: rows * columns * weights,
    shape: (batch: number) => [batch, channels, height, width],
    outputShape: (batch: number) => [batch, filters, rows, columns],
    compute: (graph: GraphBuilder, x: ValueName) =>
      graph.convolution(x, 'conv', {
        channels,
        filters,
        kernel: [kernelHeight, kernelWidth],
        stride: [strideHeight, strideWidth],
        pad: [padHeight, padWidth, padHeight, padWidth],
        bias: false,
        gain: 1,
      }),
    ...(trainingBatch === undefined ? {} : { training: { batches: [trainingBatch], learningRate: 0.1 } }),
  };
}

const convolutions: readonly Workload[] = rows.map((row) => {
  const definition = definitionOf(row, nameOf(row));
  if (definition.multiplyAdds < 50_000_000) return kernel(definition);
  return kernel({ ...definition, small: definitionOf(quarter(row), `${definition.name}-small`) });
});
export default convolutions;
