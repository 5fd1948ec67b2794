/**
 * MobileNetV2 of width 1.
 *
 * Source: Sandler et al., "MobileNetV2: inverted residuals and linear bottlenecks" (2018), table 2: a convolution with 32
 * filters, seventeen inverted residual blocks (1 × 1 expansion, 3 × 3 depthwise, 1 × 1 linear projection), a convolution with
 * 1280 filters.
 *
 * The dropout before the classifier is omitted in training.
 *
 * Parameters: 3,504,872 (torchvision; the paper: 3.4 M); multiply-adds at 224 × 224: 300,774,272 (torchvision and paper: 0.30 G).
 */

import type { ConvolutionLayer, GraphBuilder, ValueName } from '../../model/builder.js';
import type { Mode } from '../../model/workload.js';
import { classifier } from '../classifier.js';

/** Rows of table 2: expansion factor, channels, repetitions, stride of the first block. */
const table: readonly (readonly [number, number, number, number])[] = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

const headFilters = 1280;

/** A multiple of 8, and at least 0.9 of the scaled number: `_make_divisible` of the authors' code. */
function scaled(channels: number, width: number): number {
  const wanted = channels * width;
  const rounded = Math.max(8, Math.floor((wanted + 4) / 8) * 8);
  return rounded < 0.9 * wanted ? rounded + 8 : rounded;
}

class Network {
  readonly #graph: GraphBuilder;
  readonly #mode: Mode;

  constructor(graph: GraphBuilder, mode: Mode) {
    this.#graph = graph;
    this.#mode = mode;
  }

  logits(x: ValueName, width: number, classes: number): ValueName {
    let channels = scaled(32, width);
    let y = this.#active(x, 'stem', { channels: 3, filters: channels, kernel: [3, 3], stride: 2, pad: 1 });
    let block = 0;
    for (const [expansion, filters, repetitions, first] of table) {
      for (let repetition = 0; repetition < repetitions; repetition++) {
        const out = scaled(filters, width);
        y = this.#block(y, `block${block++}`, channels, out, expansion, repetition === 0 ? first : 1);
        channels = out;
      }
    }
    const head = this.#active(y, 'head', { channels, filters: headFilters, kernel: [1, 1] });
    const averaged = this.#graph.flatten(this.#graph.globalAveragePool(head));
    return this.#graph.gemm(averaged, 'fc', headFilters, classes, 2);
  }

  /** Inverted residual: expansion, depthwise convolution, linear projection; with a shortcut if the shapes are equal. */
  #block(x: ValueName, name: string, channels: number, filters: number, expansion: number, stride: number) {
    const wide = channels * expansion;
    const expanded =
      expansion === 1 ? x : this.#active(x, `${name}.expand`, { channels, filters: wide, kernel: [1, 1] });
    const depthwise = { channels: wide, filters: wide, kernel: [3, 3], stride, pad: 1, groups: wide };
    const deep = this.#active(expanded, `${name}.depthwise`, depthwise);
    const hasShortcut = stride === 1 && channels === filters;
    const projection = { channels: wide, filters, kernel: [1, 1], gain: 1 };
    // A small scale of the residual branch, as in `suites/residual.ts`.
    const projected = this.#graph.normalisedConvolution(
      deep,
      `${name}.project`,
      projection,
      this.#mode,
      hasShortcut ? 0.3 : 1,
    );
    return hasShortcut ? this.#graph.add(x, projected) : projected;
  }

  #active(x: ValueName, name: string, layer: ConvolutionLayer): ValueName {
    return this.#graph.relu6(this.#graph.normalisedConvolution(x, name, layer, this.#mode));
  }
}

export default classifier({
  name: 'mobilenetv2',
  title: 'MobileNetV2 on random images of 224 × 224',
  source:
    'Sandler et al., MobileNetV2: inverted residuals and linear bottlenecks (2018), table 2; torchvision mobilenet_v2',
  family: 'cnn',
  batches: [1, 8],
  trainingBatches: [8],
  parameterCount: 3_504_872,
  multiplyAdds: 300_774_272,
  example: [3, 224, 224],
  classes: 1000,
  logits: (graph, x, mode) => new Network(graph, mode).logits(x, 1, 1000),
  small: {
    title: 'MobileNetV2 of width 0.35, 100 classes, on random images of 64 × 64',
    parameterCount: 524_228,
    multiplyAdds: 4_863_168,
    example: [3, 64, 64],
    classes: 100,
    // Some weights move by only a few hundred float32 roundings in three steps; the error of six frameworks is 1.2 %.
    tolerance: { weight: 0.05 },
    logits: (graph, x, mode) => new Network(graph, mode).logits(x, 0.35, 100),
  },
});
