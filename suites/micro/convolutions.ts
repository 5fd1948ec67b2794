/**
 * Single convolutions at published sizes.
 *
 * Source: Baidu Research, DeepBench, `code/kernels/conv_problems.h`, the inference set for servers and devices at batch 1: the
 * layers of ResNet-50, GoogLeNet and VGG that networks spend their time in, and the first layers of Deep Speech on
 * spectrograms. DeepBench has no biases, and neither have these. Names are input (height × width × channels), window and filters.
 *
 * What computes fifty million multiply-adds or more has a small form: a quarter of the channels and filters, or of the extents where
 * there are but few channels.
 */
import { kernel } from '../kernel.js';
import type { GraphBuilder, Value } from '../onnx/builder.js';
import type { Workload } from '../workload.js';

interface Problem {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly filters: number;
  /** Width and height, as DeepBench lists them. */
  readonly window: readonly [number, number];
  readonly pad: readonly [number, number];
  readonly stride: readonly [number, number];
}

/** One row of DeepBench's table: w, h, c, k, filter w and h, pad w and h, stride w and h. */
type Row = readonly [number, number, number, number, number, number, number, number, number, number];
const rows: readonly Row[] = [
  [224, 224, 3, 64, 7, 7, 3, 3, 2, 2],
  [56, 56, 64, 64, 3, 3, 1, 1, 1, 1],
  [28, 28, 128, 128, 3, 3, 1, 1, 1, 1],
  [14, 14, 256, 256, 3, 3, 1, 1, 1, 1],
  [7, 7, 512, 512, 3, 3, 1, 1, 1, 1],
  [28, 28, 192, 32, 5, 5, 2, 2, 1, 1],
  [14, 14, 512, 192, 1, 1, 0, 0, 1, 1],
  [112, 112, 64, 64, 1, 1, 0, 0, 1, 1],
  [56, 56, 256, 64, 1, 1, 0, 0, 1, 1],
  [480, 48, 1, 16, 3, 3, 1, 1, 1, 1],
  [151, 40, 1, 32, 20, 5, 8, 8, 8, 2],
  [700, 161, 1, 32, 20, 5, 0, 0, 2, 2],
];

function problemOf([width, height, channels, filters, ...rest]: Row): Problem {
  const [windowWidth, windowHeight, padWidth, padHeight, strideWidth, strideHeight] = rest;
  return {
    width,
    height,
    channels,
    filters,
    window: [windowWidth, windowHeight],
    pad: [padWidth, padHeight],
    stride: [strideWidth, strideHeight],
  };
}

function nameOf({ width, height, channels, filters, window }: Problem): string {
  return `conv-${height}x${width}x${channels}-${window[1]}x${window[0]}x${filters}`;
}

function quarter(problem: Problem): Problem {
  const { channels, filters, width, height } = problem;
  return channels > 3
    ? { ...problem, channels: channels / 4, filters: filters / 4 }
    : { ...problem, width: Math.ceil(width / 4), height: Math.ceil(height / 4) };
}

function definitionOf(problem: Problem, name: string) {
  const { width, height, channels, filters, window, pad, stride } = problem;
  const positions = [height, width].map((extent, axis) => {
    const place = 1 - axis;
    return Math.floor((extent + 2 * (pad[place] ?? 0) - (window[place] ?? 1)) / (stride[place] ?? 1)) + 1;
  });
  const weights = filters * channels * window[0] * window[1];
  const [padWidth, padHeight] = pad;
  return {
    name,
    title: `convolution of ${height}×${width}×${channels} with ${filters} windows of ${window[1]}×${window[0]}`,
    source: 'DeepBench (Baidu Research), conv_problems.h, inference',
    family: 'micro' as const,
    batches: [1],
    parameterCount: weights,
    multiplyAdds: positions.reduce((product, extent) => product * extent, weights),
    shape: (batch: number) => [batch, channels, height, width],
    outputShape: (batch: number) => [batch, filters, ...positions],
    compute: (graph: GraphBuilder, x: Value) =>
      graph.convolution(x, 'conv', {
        channels,
        filters,
        kernel: [window[1], window[0]],
        stride: [stride[1], stride[0]],
        pad: [padHeight, padWidth, padHeight, padWidth],
        bias: false,
        gain: 1,
      }),
  };
}

const convolutions: readonly Workload[] = rows.map(problemOf).map((problem) => {
  const definition = definitionOf(problem, nameOf(problem));
  if (definition.multiplyAdds < 50_000_000) return kernel(definition);
  return kernel({ ...definition, small: definitionOf(quarter(problem), `${definition.name}-small`) });
});
export default convolutions;
