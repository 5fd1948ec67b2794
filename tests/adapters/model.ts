/** Small models for the adapters' tests, with what ONNX Runtime makes of them. */

import * as ort from 'onnxruntime-node';
import {
  type Graph,
  type InferenceModel,
  type Mode,
  type Model,
  type NodeTarget,
  type OpenFramework,
  type Optimiser,
  type Support,
  supported,
  type Target,
  type Tensors,
  type TrainingModel,
  unsupported,
} from '../../adapters/adapter.js';
import { defined } from '../../common/at.js';
import { elementCount, type Tensor } from '../../model/graph.js';
import { normalise } from '../../model/normalise/normalise.js';
import type { BuildGraph } from '../../suites/conformance/case-graph.js';
import { sourceOf } from '../../suites/conformance/conformance-cases.js';

/** Without a plan, which is a target's own. */
export interface SmallModel extends Omit<Model, 'plan'> {
  readonly bytes: Uint8Array;
}

/** A case of the conformance suite, or one that a test draws, without a folder of its own. */
export async function makeModel(draw: BuildGraph, mode: Mode = 'inference'): Promise<SmallModel> {
  const { model, inputInfo, inputs, parameters, batch, seed, training, tolerance } = sourceOf({
    build: draw,
    mode,
  });
  const { labels: _, ...sample } = inputs[0] ?? {};
  const normal = await normalise(model, inputInfo, sample, parameters);
  return {
    ...normal,
    inputs,
    modelPath: '',
    manifest: {
      version: 1,
      id: '0'.repeat(64),
      workload: 'test',
      mode,
      batch: defined(batch, 'the batch of a workload'),
      precision: 'float32',
      seed,
      buffers: inputs.length,
      ...(training ? { training } : {}),
      tolerance,
      reference: 'none',
    },
  };
}

/** The model's outputs in ONNX Runtime. */
export async function reference(
  model: Pick<SmallModel, 'bytes' | 'graph' | 'inputs'>,
  buffer: number,
): Promise<Tensors> {
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

/** A framework that plans what it is given by itself, as the coordinator does for a worker. */
export interface PlanningFramework {
  describe(): ReturnType<OpenFramework['describe']>;
  loadInference(model: Omit<Model, 'plan'>): InferenceModel | Promise<InferenceModel>;
  loadTraining?(model: Omit<Model, 'plan'>): TrainingModel | Promise<TrainingModel>;
}

/** The framework of a target, opened in this process as a worker would. */
export async function openTarget(target: NodeTarget | undefined): Promise<PlanningFramework> {
  if (!target) throw new Error('there is no such target');
  const framework = await target.open({ threads: 1, cpus: [], device: { kind: 'cpu', index: 0 } });
  const planned = (model: Omit<Model, 'plan'>): Model => {
    const { mode, training } = model.manifest;
    const lowered = target.lower(model.graph, mode, training?.optimiser);
    if (!('plan' in lowered)) throw new Error(`${target.name} cannot run it: ${lowered.unsupported}`);
    return { ...model, plan: lowered.plan };
  };
  return {
    describe: () => framework.describe(),
    loadInference: (model) => framework.loadInference(planned(model)),
    ...(framework.loadTraining && {
      loadTraining: (model) => framework.loadTraining?.(planned(model)) as TrainingModel,
    }),
  };
}

/** Whether a target can run a graph, and why not. */
export function supportOf(target: Target, graph: Graph, mode: Mode, optimiser?: Optimiser): Support {
  const lowered = target.lower(graph, mode, optimiser);
  return 'plan' in lowered ? supported : unsupported(lowered.unsupported);
}
