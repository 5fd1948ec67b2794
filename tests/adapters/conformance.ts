/** What every adapter must hold, whatever its framework: each test file calls these for one target. */
import { describe, expect, test } from 'vitest';
import {
  type Framework,
  isNodeTarget,
  type NodeTarget,
  type Tensors,
  type TrainingModel,
} from '../../adapters/adapter.js';
import type { Mode } from '../../model/workload.js';
import { type BuildGraph, buffers, optimiser } from '../../suites/conformance/case-graph.js';
import { makeModel, openTarget, reference, relativeError, type SmallModel, supportOf } from './model.js';

export function nodeTarget(framework: Framework, name: string): NodeTarget {
  const target = framework.targets.find((candidate) => candidate.name === name);
  if (!target || !isNodeTarget(target)) throw new Error(`there is no Node target ${name}`);
  return target;
}

/** A model and its answers, made once for all targets: making one starts a process. */
interface Prepared {
  readonly model: SmallModel;
  /** One entry a buffer. */
  readonly expected: readonly Tensors[];
}

const prepared = new Map<string, Promise<Prepared>>();

export function prepare(draw: BuildGraph, mode: Mode, name: string): Promise<Prepared> {
  const key = `${mode}: ${name}`;
  const known = prepared.get(key) ?? make(draw, mode);
  prepared.set(key, known);
  return known;
}

async function make(draw: BuildGraph, mode: Mode): Promise<Prepared> {
  const model = await makeModel(draw, mode);
  const expected: Tensors[] = [];
  for (let buffer = 0; buffer < buffers; buffer++) expected.push(await reference(model, buffer));
  return { model, expected };
}

export async function expectRefusal(target: NodeTarget, model: SmallModel, reason: RegExp): Promise<void> {
  expect(supportOf(target, model.graph, model.manifest.mode)).toEqual({
    supported: false,
    reason: expect.stringMatching(reason),
  });
}

/** The contract of training on a model: gradients, the optimiser's convention, weights, reset. */
export function testTraining(target: NodeTarget, name: string, draw: BuildGraph): void {
  const loaded = async (): Promise<Prepared & { learning: TrainingModel }> => {
    const { model, expected } = await prepare(draw, 'training', name);
    expect(supportOf(target, model.graph, 'training')).toEqual({ supported: true });
    const framework = await openTarget(target);
    const learning = await framework.loadTraining?.(model);
    if (!learning) throw new Error(`${target.name} cannot train`);
    return { model, expected, learning };
  };
  describe(`${target.name}: ${name}`, () => {
    test('starts with the weights as they were given, in ONNX layout', async () => {
      const { model, learning } = await loaded();
      const weights = await learning.weights();
      expect(Object.keys(weights).sort()).toEqual([...model.graph.parameters].sort());
      expectClose(weights, pick(model.weights, model.graph.parameters), 1e-7);
      learning.dispose();
    });

    test('answers with the logits of ONNX Runtime', async () => {
      const { expected, learning } = await loaded();
      expectClose(await learning.output(1), expected[1]!, 1e-5);
      learning.dispose();
    });

    test('the loss is that of the logits before the update, the mean over the batch', async () => {
      const { model, expected, learning } = await loaded();
      const loss = crossEntropy(expected[0]!, model);
      expect(Math.abs((await learning.step(0)) - loss) / loss).toBeLessThan(1e-5);
      learning.dispose();
    });

    test('gradients agree with central differences of ONNX Runtime’s loss', async () => {
      const { model, learning } = await loaded();
      const gradients = (await learning.gradients?.(0)) ?? {};
      expect(Object.keys(gradients).sort()).toEqual([...model.graph.parameters].sort());
      expectClose(gradients, await differencesOf(model), 2e-2);
      learning.dispose();
    });

    test('three steps follow the written definition of momentum', async () => {
      const { model, learning } = await loaded();
      await expectMomentum(model, learning);
      learning.dispose();
    });

    test('reset gives back the first weights and an optimiser that has seen nothing', async () => {
      const { model, learning } = await loaded();
      const first = [await learning.step(0), await learning.step(1), await learning.step(0)];
      await learning.reset();
      expectClose(await learning.weights(), pick(model.weights, model.graph.parameters), 1e-7);
      expect([await learning.step(0), await learning.step(1), await learning.step(0)]).toEqual(first);
      learning.dispose();
    });
  });
}

/** v ← momentum·v + g; w ← w − learningRate·v, with the adapter's own gradients before each step. */
async function expectMomentum(model: SmallModel, learning: TrainingModel): Promise<void> {
  const names = model.graph.parameters;
  const weights = new Map(
    names.map((name) => [name, Float64Array.from(model.weights[name]?.data as Float32Array)]),
  );
  const velocity = new Map(names.map((name) => [name, new Float64Array(weights.get(name)?.length ?? 0)]));
  for (let step = 0; step < 3; step++) {
    const gradients = (await learning.gradients?.(step % buffers)) ?? {};
    await learning.step(step % buffers);
    for (const name of names) {
      const [w, v] = [weights.get(name)!, velocity.get(name)!];
      const g = gradients[name]?.data as Float32Array;
      for (let index = 0; index < w.length; index++) {
        v[index] = optimiser.momentum * v[index]! + g[index]!;
        w[index] = w[index]! - optimiser.learningRate * v[index]!;
      }
    }
  }
  const final = await learning.weights();
  for (const name of names) {
    const shape = model.weights[name]?.shape ?? [];
    const moved = (data: ArrayLike<number>) => ({
      type: 'float64' as const,
      shape,
      data: Float64Array.from(data, (value, index) => value - Number(model.weights[name]?.data[index])),
    });
    const [actual, expected] = [
      moved(final[name]?.data as Float32Array),
      moved(weights.get(name)! as ArrayLike<number>),
    ];
    expect(relativeError(actual, expected), name).toBeLessThan(1e-4);
  }
}

/** The recurrent half of an LSTM's bias is frozen, and its gradient reported as zero. */
function frozenBias(name: string, index: number, count: number): boolean {
  return name.endsWith('.B') && index >= count / 2;
}

const differences = new WeakMap<SmallModel, Promise<Tensors>>();

function differencesOf(model: SmallModel): Promise<Tensors> {
  const known = differences.get(model) ?? centralDifferences(model, frozenBias);
  differences.set(model, known);
  return known;
}

async function centralDifferences(
  model: SmallModel,
  isFrozen: (name: string, index: number, count: number) => boolean,
): Promise<Tensors> {
  const found: Record<string, Tensors[string]> = {};
  const { lossWith, close } = await lossOf(model);
  const step = 1e-2;
  for (const name of model.graph.parameters) {
    const weight = model.weights[name]!;
    const data = new Float64Array(weight.data.length);
    for (let index = 0; index < data.length; index++) {
      if (isFrozen(name, index, data.length)) continue;
      const [up, down] = [await lossWith(name, index, step), await lossWith(name, index, -step)];
      data[index] = (up - down) / (2 * step);
    }
    found[name] = { type: 'float64', shape: weight.shape, data };
  }
  await close();
  return found;
}

/** The loss on buffer 0 with one element of one weight moved: weights become inputs of the model. */
async function lossOf(model: SmallModel) {
  const { proto } = await import('../../model/import/proto.js');
  const ort = await import('onnxruntime-node');
  const decoded = proto.ModelProto.decode(model.bytes);
  const parameters = new Set(model.graph.parameters);
  const graph = decoded.graph!;
  graph.input = [
    ...(graph.input ?? []).filter((input) => !parameters.has(input.name ?? '')),
    ...model.graph.parameters.map((name) => ({ name, type: { tensorType: { elemType: 1 } } })),
  ];
  graph.initializer = (graph.initializer ?? []).filter((weight) => !parameters.has(weight.name ?? ''));
  const bytes = proto.ModelProto.encode(decoded).finish();
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const feed = (data: Float32Array, shape: readonly number[]) => new ort.Tensor('float32', data, [...shape]);
  const inputs = Object.fromEntries(
    model.graph.inputs.map(({ name, shape }) => [
      name,
      feed(model.inputs[0]?.[name]?.data as Float32Array, shape),
    ]),
  );
  const weights = Object.fromEntries(
    model.graph.parameters.map((name) => [
      name,
      feed(Float32Array.from(model.weights[name]!.data as Float32Array), model.weights[name]!.shape),
    ]),
  );
  const lossWith = async (name: string, index: number, move: number) => {
    const data = weights[name]!.data as Float32Array;
    const before = data[index]!;
    data[index] = before + move;
    const outputs = await session.run({ ...inputs, ...weights });
    data[index] = before;
    const [output] = model.graph.outputs;
    const logits = outputs[output?.name ?? '']!;
    return crossEntropy(
      { [output?.name ?? '']: { type: 'float32', shape: logits.dims, data: logits.data as Float32Array } },
      model,
    );
  };
  return { lossWith, close: () => session.release() };
}

/** Mean over the batch of −log softmax(logits)[label], on buffer 0. */
function crossEntropy(outputs: Tensors, model: SmallModel): number {
  const [logits] = Object.values(outputs);
  const labels = model.inputs[0]?.labels?.data as Int32Array;
  const classes = logits!.shape[1]!;
  let total = 0;
  labels.forEach((label, row) => {
    const values = Array.from(logits!.data as Float32Array).slice(row * classes, (row + 1) * classes);
    const largest = Math.max(...values);
    const sum = values.reduce((all, value) => all + Math.exp(value - largest), 0);
    total += Math.log(sum) + largest - values[label]!;
  });
  return total / labels.length;
}

function expectClose(actual: Tensors, expected: Tensors, tolerance: number): void {
  for (const [name, tensor] of Object.entries(expected)) {
    expect(relativeError(actual[name], tensor), name).toBeLessThanOrEqual(tolerance);
  }
}

function pick(tensors: Tensors, names: readonly string[]): Tensors {
  return Object.fromEntries(names.map((name) => [name, tensors[name]!]));
}
