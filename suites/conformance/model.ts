/** Small models of one operator and its surroundings: what conformance is shown on. */
import type { Model } from '../../adapters/adapter.js';
import { uniform } from '../generator.js';
import { bindInputs } from '../onnx/bind.js';
import { GraphBuilder, type Value } from '../onnx/builder.js';
import { elementCount, type Tensor } from '../onnx/graph.js';
import { normalise } from '../onnx/normalise.js';
import { randomInputs } from '../onnx/random-inputs.js';
import { readModel } from '../onnx/reader.js';
import type { Mode, Optimiser } from '../workload.js';

export const optimiser: Optimiser = { name: 'sgd', learningRate: 0.01, momentum: 0.9 };
export const buffers = 2;
export const seed = 7;

/** What a case draws: the value to be the output, its shape, and which of its axes is the batch (0 if left out). */
export type Draw = (
  graph: GraphBuilder,
) => readonly [output: Value, shape: readonly number[], batchAxis?: number];

export interface SmallModel extends Model {
  readonly bytes: Uint8Array;
}

/** In training the output is logits [batch, classes] and the labels count up. */
export async function makeModel(draw: Draw, mode: Mode = 'inference'): Promise<SmallModel> {
  const builder = new GraphBuilder('test', seed);
  const [output, shape] = draw(builder);
  builder.output(output, shape);
  const built = builder.finish();
  const raw = readModel(built.bytes, 'test');
  const info = bindInputs(raw, {});
  const inputs = Array.from({ length: buffers }, (_, buffer) => randomInputs(info, seed, buffer));
  const parameters = mode === 'training' ? built.parameters : [];
  const { graph, weights, bytes } = await normalise(raw, info, inputs[0] ?? {}, parameters);
  const [batch = 1, classes = 1] = shape;
  return {
    bytes,
    graph,
    weights,
    inputs: inputs.map((tensors, buffer) =>
      mode === 'training' ? { ...tensors, labels: labels(batch, classes, buffer) } : tensors,
    ),
    modelPath: '',
    manifest: {
      version: 1,
      id: '0'.repeat(64),
      workload: 'test',
      mode,
      batch,
      precision: 'float32',
      seed,
      buffers,
      ...(mode === 'training'
        ? { training: { loss: 'softmax-cross-entropy' as const, optimiser, steps: 3 } }
        : {}),
      tolerance: { output: 1e-4, loss: 1e-4, gradient: 1e-3, weight: 1e-3 },
      reference: 'none',
    },
  };
}

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

export function labels(batch: number, classes: number, buffer: number): Tensor {
  const data = Int32Array.from({ length: batch }, (_, row) => (row * 2 + buffer) % classes);
  return { type: 'int32', shape: [batch], data };
}
