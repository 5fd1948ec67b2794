/** Small models of one operator and its surroundings: what conformance is shown on. */

import type { GraphBuilder, ValueName } from '../../model/builder.js';
import { elementCount, type Tensor } from '../../model/graph.js';
import { uniform } from '../../model/random.js';
import type { Optimiser } from '../../model/workload.js';

export const optimiser = { name: 'sgd', learningRate: 0.01, momentum: 0.9 } satisfies Optimiser;
export const buffers = 2;
export const seed = 7;

/** What a case draws: the value to be the output, its shape, and which of its axes is the batch (0 if left out). */
export type Draw = (
  graph: GraphBuilder,
) => readonly [output: ValueName, shape: readonly number[], batchAxis?: number];

export function tensor(shape: readonly number[], data?: ArrayLike<number>): Tensor {
  const values = data
    ? Float32Array.from(data)
    : uniform(seed, `tensor ${shape}`, elementCount(shape), -1, 1);
  return { type: 'float32', shape, data: values };
}

/** Between 0.5 and 1.5: variances and divisors. */
export function positive(shape: readonly number[]): Tensor {
  return tensor(shape, uniform(seed, `positive ${shape}`, elementCount(shape), 0.5, 1.5));
}

export function integers(values: readonly number[]): Tensor {
  return { type: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}

/** @param shape of the logits without their classes: [batch], or [batch, steps] */
export function labels(shape: readonly number[], classes: number, buffer: number): Tensor {
  const data = Int32Array.from({ length: elementCount(shape) }, (_, row) => (row * 2 + buffer) % classes);
  return { type: 'int32', shape, data };
}

/** Of both signs. */
export function advantages(batch: number, buffer: number): Tensor {
  const data = Float32Array.from({ length: batch }, (_, example) => ((example + buffer) % 3) - 0.75);
  return { type: 'float32', shape: [batch], data };
}
