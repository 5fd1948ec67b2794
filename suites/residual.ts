/**
 * Residual networks: He, Zhang, Ren and Sun, "Deep residual learning for image recognition" (2016), table 1 and figure 5.
 *
 * Blocks of two convolutions (18 layers), or bottlenecks of three (50 layers) whose stride is in the 3 × 3 convolution, as in
 * torchvision and MLPerf ("v1.5"; the paper has it in the first 1 × 1), with projections where the shape changes. Convolutions
 * have no bias, which the normalisation would subtract again.
 *
 * The last normalisation of a block has scale 0.3, where training would start with 0 (Goyal et al., 2017): with random weights
 * and scale 1 the variance would double in every block, and the softmax would saturate.
 */
import type { GraphBuilder, ValueName } from '../model/builder.js';
import type { Mode } from '../model/workload.js';

export interface ResidualNetwork {
  readonly block: 'basic' | 'bottleneck';
  /** Blocks in each of the four stages. */
  readonly depths: readonly number[];
  /** Channels of the first stage: 64 as published. */
  readonly width: number;
  readonly classes: number;
}

/** Output channels of a block, relative to its width. */
const expansion = { basic: 1, bottleneck: 4 } as const;
const residualGain = 0.3;

/** x: images [batch, 3, H, W] → logits [batch, classes]. */
export function residualNetwork(
  graph: GraphBuilder,
  x: ValueName,
  mode: Mode,
  network: ResidualNetwork,
): ValueName {
  const { block, depths, width, classes } = network;
  const layers = new Layers(graph, mode);
  const stem = layers.convolve(x, 'conv1', 3, width, 7, 2);
  let y = graph.maxPool(graph.relu(stem), 3, 2, 1);
  let channels = width;
  depths.forEach((depth, stage) => {
    for (let place = 0; place < depth; place++) {
      const stride = place === 0 && stage > 0 ? 2 : 1;
      const name = `layer${stage + 1}.${place}`;
      y = layers[block](y, name, channels, width * 2 ** stage, stride);
      channels = width * 2 ** stage * expansion[block];
    }
  });
  return graph.gemm(graph.flatten(graph.globalAveragePool(y)), 'fc', channels, classes, 1);
}

class Layers {
  readonly #graph: GraphBuilder;
  readonly #mode: Mode;

  constructor(graph: GraphBuilder, mode: Mode) {
    this.#graph = graph;
    this.#mode = mode;
  }

  /** A convolution with "same" padding and its normalisation. */
  convolve(
    x: ValueName,
    name: string,
    channels: number,
    filters: number,
    kernel: number,
    stride: number,
    gain = 1,
  ): ValueName {
    const layer = { channels, filters, kernel: [kernel, kernel], stride, pad: (kernel - 1) / 2 };
    return this.#graph.normalisedConvolution(x, name, layer, this.#mode, gain);
  }

  basic(x: ValueName, name: string, channels: number, width: number, stride: number): ValueName {
    const first = this.#graph.relu(this.convolve(x, `${name}.conv1`, channels, width, 3, stride));
    const second = this.convolve(first, `${name}.conv2`, width, width, 3, 1, residualGain);
    return this.#addShortcut(x, second, name, channels, width, stride);
  }

  bottleneck(x: ValueName, name: string, channels: number, width: number, stride: number): ValueName {
    const wide = width * expansion.bottleneck;
    const first = this.#graph.relu(this.convolve(x, `${name}.conv1`, channels, width, 1, 1));
    const second = this.#graph.relu(this.convolve(first, `${name}.conv2`, width, width, 3, stride));
    const third = this.convolve(second, `${name}.conv3`, width, wide, 1, 1, residualGain);
    return this.#addShortcut(x, third, name, channels, wide, stride);
  }

  #addShortcut(
    x: ValueName,
    y: ValueName,
    name: string,
    channels: number,
    filters: number,
    stride: number,
  ): ValueName {
    const isIdentity = stride === 1 && channels === filters;
    const shortcut = isIdentity ? x : this.convolve(x, `${name}.downsample`, channels, filters, 1, stride);
    return this.#graph.relu(this.#graph.add(y, shortcut));
  }
}
