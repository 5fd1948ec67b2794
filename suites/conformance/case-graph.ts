/** Building blocks of the conformance cases: small graphs of one operator and its surroundings. */

import { at } from '../../common/at.js';
import type { GraphBuilder, ValueName } from '../../model/builder.js';
import { type Attribute, elementCount, type Tensor } from '../../model/graph.js';
import { uniform } from '../../model/random.js';
import type { Optimiser } from '../../model/workload.js';

export const optimiser = { name: 'sgd', learningRate: 0.01, momentum: 0.9 } satisfies Optimiser;
export const buffers = 2;
export const seed = 7;

/** Builds a case; returns its output, the output's shape, and which axis of it is the batch (default 0). */
export type BuildGraph = (
  graph: GraphBuilder,
) => readonly [output: ValueName, shape: readonly number[], batchAxis?: number];

export type Attributes = Readonly<Record<string, Attribute>>;

/** A float32 tensor; by default random, the same for the same shape. */
export function tensor(shape: readonly number[], data?: ArrayLike<number>): Tensor {
  const values = data
    ? Float32Array.from(data)
    : uniform(seed, `tensor ${shape}`, elementCount(shape), -1, 1);
  return { type: 'float32', shape, data: values };
}

/** Random values between 0.5 and 1.5, for variances and divisors. */
export function positive(shape: readonly number[]): Tensor {
  return tensor(shape, uniform(seed, `positive ${shape}`, elementCount(shape), 0.5, 1.5));
}

/** An int64 list. */
export function integers(values: readonly number[]): Tensor {
  return { type: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}

/** @param shape of the logits without the classes: [batch], or [batch, steps] */
export function labels(shape: readonly number[], classes: number, buffer: number): Tensor {
  const data = Int32Array.from({ length: elementCount(shape) }, (_, row) => (row * 2 + buffer) % classes);
  return { type: 'int32', shape, data };
}

/** Advantages of both signs. */
export function advantages(batch: number, buffer: number): Tensor {
  const data = Float32Array.from({ length: batch }, (_, example) => ((example + buffer) % 3) - 0.75);
  return { type: 'float32', shape: [batch], data };
}

/** x·w with a constant w. */
export function matMul(g: GraphBuilder, x: ValueName, weight: readonly number[]): ValueName {
  return g.node('MatMul', [x, g.constant('w', tensor(weight))]);
}

export function reshape(g: GraphBuilder, x: ValueName, shape: readonly number[]): ValueName {
  return g.node('Reshape', [x, g.constant('shape', integers(shape))]);
}

/** Number of channels of [batch, channels, …]. */
export function channelsOf(shape: readonly number[]): number {
  return at(shape, 1, 'shape');
}
