/** Small models for the adapters' tests, with what ONNX Runtime makes of them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import type { InferenceModel, Model, NodeTarget, OpenFramework, Tensors } from '../../adapters/adapter.js';
import { uniform } from '../../suites/generator.js';
import { bindInputs } from '../../suites/onnx/bind.js';
import { GraphBuilder, type Value } from '../../suites/onnx/builder.js';
import { elementCount, type Tensor } from '../../suites/onnx/graph.js';
import { normalise } from '../../suites/onnx/normalise.js';
import { randomInputs } from '../../suites/onnx/random-inputs.js';
import { readModel } from '../../suites/onnx/reader.js';
import type { Mode, Optimiser } from '../../suites/workload.js';

export const optimiser: Optimiser = { name: 'sgd', learningRate: 0.1, momentum: 0.9 };
export const buffers = 2;
const seed = 7;

/** What a test draws: the value to be the output, and its shape. */
export type Draw = (graph: GraphBuilder) => readonly [output: Value, shape: readonly number[]];

export interface TestModel extends Model {
  readonly bytes: Uint8Array;
}

/** In training the output is logits [batch, classes] and the labels count up. */
export async function makeModel(draw: Draw, mode: Mode = 'inference'): Promise<TestModel> {
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

/** The model's outputs in ONNX Runtime. */
export async function reference(model: TestModel, buffer: number): Promise<Tensors> {
  const session = await ort.InferenceSession.create(model.bytes, { logSeverityLevel: 3 });
  const feeds = Object.fromEntries(
    model.graph.inputs.map(({ name, shape }) => {
      const data = model.inputs[buffer]?.[name]?.data as Float32Array;
      return [name, new ort.Tensor('float32', data, [...shape])];
    }),
  );
  const outputs = await session.run(feeds);
  await session.release();
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { dims, data }]) => [
      name,
      { type: 'float32' as const, shape: dims, data: data as Float32Array },
    ]),
  );
}

/** Runs a buffer as a worker does, and reads the output. */
export async function answer(model: InferenceModel, buffer: number): Promise<Tensors> {
  const output = await model.run(buffer);
  const tensors = model.read(output);
  model.release?.(output);
  return tensors;
}

/** ‖actual − expected‖ / ‖expected‖; throws where the shapes differ. */
export function relativeError(actual: Tensor | undefined, expected: Tensor | undefined): number {
  if (!actual || !expected) throw new Error('a tensor is missing');
  if (actual.shape.join() !== expected.shape.join()) {
    throw new Error(`shape ${actual.shape} instead of ${expected.shape}`);
  }
  if (actual.data.length !== elementCount(expected.shape)) throw new Error('too few elements');
  let difference = 0;
  let size = 0;
  for (let index = 0; index < actual.data.length; index++) {
    const [a, e] = [Number(actual.data[index]), Number(expected.data[index])];
    difference += (a - e) ** 2;
    size += e ** 2;
  }
  return Math.sqrt(difference / (size || 1));
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

/** The framework of a target, opened in this process as a worker would. */
export async function openTarget(target: NodeTarget | undefined): Promise<OpenFramework> {
  if (!target) throw new Error('there is no such target');
  return target.open({ threads: 1, cpus: [] });
}

/** Gives `use` the path of the model's file. */
export async function withFile<T>(model: TestModel, use: (model: Model) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'touchstone-model-'));
  try {
    const modelPath = join(folder, 'model.onnx');
    await writeFile(modelPath, model.bytes);
    return await use({ ...model, modelPath });
  } finally {
    await rm(folder, { recursive: true });
  }
}

function labels(batch: number, classes: number, buffer: number): Tensor {
  const data = Int32Array.from({ length: batch }, (_, row) => (row * 2 + buffer) % classes);
  return { type: 'int32', shape: [batch], data };
}
