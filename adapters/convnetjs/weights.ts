/**
 * Weights between ONNX's layouts and ConvNetJS's volumes, which are channels-last: a convolution's filter d holds
 * W[d][c][y][x] at (y·width + x)·channels + c; a fully connected neuron likewise what it reads of an image.
 */
import type { Layer, Net, Vol } from 'convnetjs';
import type { Graph, Tensors } from '../adapter.js';
import { floats } from '../lowering/layers/weights.js';
import type { Weighted } from './layer-list.js';
import { float32, shapeOf } from './tensors.js';

/** Takes a value out of a filter or puts one in: `array` is `w` or `dw` of a volume. */
type Part = 'w' | 'dw';

export function putWeights(net: Net, weighted: readonly Weighted[], weights: Tensors): void {
  eachLayer(net, weighted, (layer, source) => {
    const weight = floats(weights, source.weight);
    eachElement(layer, source, (volume, native, onnx) => {
      volume.w[native] = weight[onnx] ?? 0;
    });
    layer.biases.w.fill(0);
    if (source.bias !== undefined) layer.biases.w.set(floats(weights, source.bias));
  });
  clearGradients(net);
}

/** Present weights, or gradients divided by `divisor`, by ONNX name and in ONNX layout. */
export function takeWeights(
  net: Net,
  weighted: readonly Weighted[],
  graph: Graph,
  part: Part,
  divisor = 1,
): Tensors {
  const taken: Record<string, Tensors[string]> = {};
  eachLayer(net, weighted, (layer, source) => {
    const shape = shapeOf(graph, source.weight);
    const weight = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
    eachElement(layer, source, (volume, native, onnx) => {
      weight[onnx] = (volume[part][native] ?? 0) / divisor;
    });
    taken[source.weight] = float32(shape, weight);
    if (source.bias !== undefined) {
      taken[source.bias] = float32(
        shapeOf(graph, source.bias),
        Float32Array.from(layer.biases[part], (value) => value / divisor),
      );
    }
  });
  return taken;
}

/** Gradients add up until someone clears them. */
export function clearGradients(net: Net): void {
  for (const layer of net.layers) {
    for (const volume of [...(layer.filters ?? []), ...(layer.biases ? [layer.biases] : [])])
      volume.dw.fill(0);
  }
}

interface WeightedLayer {
  readonly filters: Vol[];
  readonly biases: Vol;
}

function eachLayer(
  net: Net,
  weighted: readonly Weighted[],
  visit: (layer: WeightedLayer, source: Weighted) => void,
): void {
  const layers = net.layers.filter(
    (layer): layer is Layer & WeightedLayer => layer.filters !== undefined && layer.biases !== undefined,
  );
  for (const [index, source] of weighted.entries()) {
    const layer = layers[index];
    if (layer) visit(layer, source);
  }
}

function eachElement(
  layer: WeightedLayer,
  { channels, height, width, isTransposed }: Weighted,
  visit: (volume: Vol, native: number, onnx: number) => void,
): void {
  const inputs = channels * height * width;
  layer.filters.forEach((volume, filter) => {
    for (let channel = 0; channel < channels; channel++) {
      for (let place = 0; place < height * width; place++) {
        const input = channel * height * width + place;
        const onnx = isTransposed ? input * layer.filters.length + filter : filter * inputs + input;
        visit(volume, place * channels + channel, onnx);
      }
    }
  });
}
