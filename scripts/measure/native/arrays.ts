/** Weights of the artefact in the layouts that Keras's family has. Shapes are ONNX's: filters [out, in, height, width]. */
import type { Model } from '../../../adapters/adapter.js';
import { at } from '../../../common/at.js';
import { weightOf } from '../paired/verify.js';

export interface NamedShape {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** [a, b] → [b, a], the elements of each being blocks of `block` values. */
function swapped(data: Float32Array, rows: number, columns: number, block = 1): Float32Array {
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = (row * columns + column) * block;
      result.set(data.subarray(from, from + block), (column * rows + row) * block);
    }
  }
  return result;
}

export function bias(model: Model, name: string): NamedShape {
  return weightOf(model, `${name}.bias`);
}

/** [height, width, in, out]. */
export function convolutionKernel(model: Model, name: string): NamedShape {
  const { shape, data } = weightOf(model, `${name}.weight`);
  const [filters = 0, channels = 0, height = 0, width = 0] = shape;
  // [out, in, places] → [places, in, out]
  const turned = swapped(data, filters, channels * height * width);
  return {
    shape: [height, width, channels, filters],
    data: swapped(turned, channels, height * width, filters),
  };
}

/**
 * [inputs, outputs] of a Gemm, whose weight is [outputs, inputs].
 *
 * @param channels of the image that it reads flattened: the artefact has them first, Keras last
 */
export function denseKernel(model: Model, name: string, channels = 1): NamedShape {
  const { shape, data } = weightOf(model, `${name}.weight`);
  const [outputs = 0, inputs = 0] = shape;
  const turned = swapped(data, outputs, inputs);
  return { shape: [inputs, outputs], data: swapped(turned, channels, inputs / channels, outputs) };
}

/** Gates i, o, f, c of ONNX's LSTM in the order i, f, c, o. */
export const ifco = [0, 2, 3, 1] as const;

/** [inputs, gates·hidden] of a recurrent layer's `W` or `R`, one direction. */
export function gateKernel(model: Model, name: string, order: readonly number[]): NamedShape {
  const { shape, data } = weightOf(model, name);
  const [, rows = 0, inputs = 0] = shape;
  return { shape: [inputs, rows], data: swapped(ordered(data, order), rows, inputs) };
}

/** The input's half of `B`; the recurrent one is zero. */
export function gateBias(model: Model, name: string, order: readonly number[]): NamedShape {
  const { data } = weightOf(model, name);
  const half = data.subarray(0, data.length / 2);
  return { shape: [half.length], data: ordered(half, order) };
}

function ordered(data: Float32Array, order: readonly number[]): Float32Array {
  const size = data.length / order.length;
  const result = new Float32Array(data.length);
  order.forEach((_, place) => {
    const gate = at(order, place);
    result.set(data.subarray(gate * size, (gate + 1) * size), place * size);
  });
  return result;
}
