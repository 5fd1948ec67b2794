/**
 * Every Python target on every small model, through the real worker: it is refused beforehand with a reason, or it
 * answers as ONNX Runtime does and learns as TensorFlow.js does, whose own gradients are held against central
 * differences in tests/adapters. A target claims nothing that it does not pass.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Graph, Mode, PythonTarget, Tensors } from '../../adapters/adapter.js';
import { discoverFrameworks } from '../../adapters/discover.js';
import { startWorker, type WorkerSession } from '../../runners/process/session.js';
import { protocolVersion } from '../../runners/protocol/messages.js';
import { ensureEnvironment } from '../../runners/provision/environments.js';
import { readTensors } from '../../suites/onnx/safetensors.js';
import { cases } from '../adapters/cases.js';
import { prepare } from '../adapters/conformance.js';
import { openTarget, relativeError, type TestModel } from '../adapters/model.js';
import { refusedByTfjs, tfjsJs } from '../adapters/targets.js';
import * as trainingCases from '../adapters/training-cases.js';
import { training, writeArtefact } from '../python-bridge/artefacts.js';
import { refusedCases } from './refused-cases.js';

const targets = (await discoverFrameworks())
  .flatMap((framework) => framework.targets)
  .filter((target): target is PythonTarget => target.host === 'python' && !target.isNull);
const budget = { threads: 1, cpus: [] };
const drawn = Object.entries(cases).flatMap(([group, draws]) =>
  Object.entries(draws).map(([name, draw]) => [`${group}: ${name}`, draw] as const),
);

test('are all there', () => {
  const names = targets.map(({ name }) => name).sort();
  expect(names).toEqual([
    ...['caffe2/cpu', 'jax/cpu', 'keras/jax', 'keras/tensorflow', 'keras/torch'],
    ...['mxnet/cpu', 'pytorch/compile', 'pytorch/cpu', 'tensorflow/cpu'],
  ]);
});

// Compilation by the C++ compiler takes seconds a model; pytorch/compile is pytorch/cpu before that, and is held to the
// smoke suite and to training.
describe.each(targets.filter(({ name }) => name !== 'pytorch/compile'))('$name', (target) => {
  const worker = opened(target);

  test.each(drawn)('%s', async (name, draw) => {
    const { model, expected } = await prepare(draw, 'inference', name);
    const support = target.supports(model.graph, 'inference');
    expect(support.supported ? 'accepted' : 'refused').toBe(isRefused(target, name) ? 'refused' : 'accepted');
    if (!support.supported) {
      expect(support.reason).toMatch(/.{10}/);
      return;
    }
    const outputs = await worker.verified(model, 'inference');
    expected.forEach((tensors, buffer) => {
      for (const [output, tensor] of Object.entries(tensors)) {
        const actual = outputs[`output/${buffer}/${output}`];
        expect(relativeError(actual, tensor), output).toBeLessThanOrEqual(1e-5);
      }
    });
  });
});

describe.each(targets)('$name learns', (target) => {
  const worker = opened(target);

  test.each(Object.entries(trainingCases))('%s', async (name, draw) => {
    const { model } = await prepare(draw, 'training', name);
    const support = target.supports(model.graph, 'training');
    if (target.name === 'caffe2/cpu' && hasPooling(model.graph)) {
      expect(support).toMatchObject({ supported: false, reason: expect.stringMatching(/tie|AveragePool/) });
      return;
    }
    expect(support).toEqual({ supported: true });
    const actual = await worker.verified(model, 'training');
    for (const [tensor, wanted] of Object.entries(await learnt(model))) {
      expect(relativeError(actual[tensor], wanted), tensor).toBeLessThanOrEqual(1e-4);
    }
  });
});

function isRefused(target: PythonTarget, name: string): boolean {
  return target.plan ? name in refusedByTfjs : (refusedCases[target.name] ?? []).includes(name);
}

function hasPooling(graph: Graph): boolean {
  return graph.nodes.some(({ operator }) => operator === 'MaxPool');
}

/** One worker for all tests of a block, as a run has one for all cells of a target. */
function opened(target: PythonTarget) {
  let session: WorkerSession;
  let scratch: string;
  beforeAll(async () => {
    const { python } = await ensureEnvironment(target.environmentName);
    scratch = await mkdtemp(join(tmpdir(), 'touchstone-conformance-'));
    const logFile = join(scratch, 'worker.log');
    session = startWorker({ target, python, budget, logFile, deadlineMs: 60_000 });
    await session.request({ type: 'hello', protocol: protocolVersion, target: target.name, budget });
    await session.request({ type: 'describe' });
  }, 600_000);
  afterAll(async () => {
    await session?.kill();
    await rm(scratch, { recursive: true, force: true });
  });
  return {
    /** What the worker writes for the parity gate. */
    async verified(model: TestModel, mode: Mode): Promise<Tensors> {
      const folder = await writeArtefact(model.graph, model.weights, model.inputs, mode);
      const file = join(scratch, 'verified.safetensors');
      await session.request({ type: 'load', folder, mode });
      await session.request({ type: 'verify', file });
      await session.request({ type: 'unload' });
      await rm(folder, { recursive: true });
      return readTensors(file);
    },
  };
}

const known = new WeakMap<TestModel, Promise<Tensors>>();

/** Gradients on buffer 0 and the weights after the steps, by TensorFlow.js, as the worker's `verify` names them. */
function learnt(model: TestModel): Promise<Tensors> {
  const found = known.get(model) ?? learn(model);
  known.set(model, found);
  return found;
}

async function learn(model: TestModel): Promise<Tensors> {
  const framework = await openTarget(tfjsJs);
  const learner = await framework.loadTraining?.({
    ...model,
    manifest: { ...model.manifest, training },
  });
  if (!learner) throw new Error('TensorFlow.js does not train');
  const gradients = (await learner.gradients?.(0)) ?? {};
  await learner.reset();
  for (let step = 0; step < training.steps; step++) await learner.step(step % model.inputs.length);
  const weights = await learner.weights();
  learner.dispose();
  const named = (prefix: string, tensors: Tensors) =>
    Object.entries(tensors).map(([name, tensor]) => [`${prefix}/${name}`, tensor] as const);
  return Object.fromEntries([...named('gradient', gradients), ...named('weight', weights)]);
}
