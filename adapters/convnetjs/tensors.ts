/** Inputs and outputs between ONNX tensors and ConvNetJS's volumes, one an example. */
import type { Vol } from 'convnetjs';
import type { Graph, Tensor } from '../adapter.js';

type ConvNetJs = typeof import('convnetjs').default;

export function float32(shape: readonly number[], data: Float32Array): Tensor {
  return { type: 'float32', shape, data };
}

/** Observed shape of a value. */
export function shapeOf(graph: Graph, value: string): readonly number[] {
  return graph.values[value]?.shape ?? graph.weights.find(({ name }) => name === value)?.shape ?? [];
}

/** [N, C, H, W] or [N, F] → N volumes, channels-last. */
export function volumes(convnetjs: ConvNetJs, tensor: Tensor | undefined): Vol[] {
  const [batch = 0, channels = 1, height = 1, width = 1] = tensor?.shape ?? [];
  const data = tensor?.data as Float32Array;
  return Array.from({ length: batch }, (_, example) => {
    const volume = new convnetjs.Vol(width, height, channels, 0);
    const start = example * channels * height * width;
    for (let channel = 0; channel < channels; channel++) {
      for (let place = 0; place < height * width; place++) {
        volume.w[place * channels + channel] = data[start + channel * height * width + place] ?? 0;
      }
    }
    return volume;
  });
}

/** Rows into one tensor of the graph's output shape; an image output goes back to channels-first. */
export function gather(graph: Graph, rows: readonly Float64Array[]): Tensor {
  const shape = graph.outputs[0]?.shape ?? [];
  const [, channels = 1, height = 1, width = 1] = shape;
  const places = height * width;
  const data = new Float32Array(rows.length * channels * places);
  rows.forEach((row, example) => {
    for (let channel = 0; channel < channels; channel++) {
      for (let place = 0; place < places; place++) {
        data[(example * channels + channel) * places + place] = row[place * channels + channel] ?? 0;
      }
    }
  });
  return float32(shape, data);
}
