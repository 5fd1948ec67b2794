import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import pytorch from '../../adapters/pytorch/index.js';
import type { Tensor } from '../../model/graph.js';
import { readTensors } from '../../model/safetensors.js';
import { ensureEnvironment } from '../../runners/provision/environments.js';
import { buffers, type LinearModel, linearArtefact, training } from './artefacts.js';
import { WorkerProcess } from './worker-process.js';

let worker: WorkerProcess;
let scratch: string;

beforeAll(async () => {
  const { python } = await ensureEnvironment('pytorch');
  scratch = await mkdtemp(join(tmpdir(), 'touchstone-pytorch-'));
  const target = pytorch.targets[0]!;
  worker = new WorkerProcess(python, {
    env: { ...target.environment({ threads: 1, cpus: [], device: { kind: 'cpu', index: 0 } }, '/cache') },
  });
  await worker.hello('pytorch/cpu', 1);
}, 600_000);

afterAll(() => worker?.kill());

it('describes itself from inside: strict float32, the threads it was given, its kernel libraries', async () => {
  const { versions, configuration, importNs } = await worker.request({ type: 'describe' });
  expect(versions.pytorch).toMatch(/^2\.13\.0/);
  expect(versions.oneDNN).toMatch(/^\d+\.\d+/);
  expect(configuration).toMatchObject({
    threads: 1,
    interOpThreads: 1,
    execution: 'eager',
    arithmetic: 'float32',
    flushToZero: false,
    lstmKernel: expect.stringMatching(/./),
  });
  expect(importNs).toBeGreaterThan(1e7);
});

it('answers as the equations say, and its audited outputs are those of the buffers it names', async () => {
  const model = await linearArtefact('inference', pytorch.targets[0]!);
  await worker.request({ type: 'load', folder: model.folder, plan: model.plan, mode: 'inference' });
  const file = join(scratch, 'outputs.safetensors');
  expect(await worker.request({ type: 'verify', file })).toEqual({ buffers });
  const outputs = await readTensors(file);
  for (let buffer = 0; buffer < buffers; buffer++) {
    expectNear(outputs[`output/${buffer}/probabilities`], softmax(logits(model, buffer)).flat());
  }
  const turn = await worker.request({
    type: 'turn',
    minNs: 1e15,
    maxIterations: 6,
    firstBuffer: 0,
    auditIteration: 4,
  });
  await worker.request({ type: 'audit', file });
  const audited = await readTensors(file);
  expectNear(audited['0/probabilities'], softmax(logits(model, turn.auditBuffer)).flat());
  await worker.request({ type: 'unload' });
});

it('learns: loss and gradient as the equations say, every turn from the first weights', async () => {
  const model = await linearArtefact('training', pytorch.targets[0]!);
  await worker.request({ type: 'load', folder: model.folder, plan: model.plan, mode: 'training' });
  await worker.request({ type: 'warm', minIterations: 4, minNs: 0, maxNs: 1e9 });
  const file = join(scratch, 'learned.safetensors');
  await worker.request({ type: 'verify', file });
  const verified = await readTensors(file);
  expect(Object.keys(verified).sort()).toEqual(
    ['gradient/b', 'gradient/w', 'losses', 'output/0/logits', 'weight/b', 'weight/w'].sort(),
  );
  expectNear(verified['output/0/logits'], logits(model, 0).flat());
  expectNear(verified['gradient/b'], biasGradient(model, 0));
  expect(Number(verified.losses?.data[0])).toBeCloseTo(loss(model, 0), 5);
  const turn = { type: 'turn', minNs: 1e15, maxIterations: 9, firstBuffer: 2, auditIteration: 0 } as const;
  const first = await worker.request(turn);
  expect(first.losses).toEqual([...(verified.losses!.data as Float64Array)]);
  expect(first.losses).toHaveLength(training.steps);
  expect(first.finite).toBe(true);
  expect((await worker.request(turn)).losses).toEqual(first.losses);
  await worker.request({ type: 'unload' });
});

function logits(model: LinearModel, buffer: number): number[][] {
  const [x, w, b] = [model.inputs[buffer]!.x!, model.weights.w!, model.weights.b!];
  const columns = b.shape[0]!;
  return rows(x).map((row) =>
    Array.from({ length: columns }, (_, column) =>
      row.reduce(
        (sum, value, k) => sum + value * Number(w.data[k * columns + column]),
        Number(b.data[column]),
      ),
    ),
  );
}

function softmax(scores: number[][]): number[][] {
  return scores.map((row) => {
    const powers = row.map(Math.exp);
    const total = powers.reduce((sum, power) => sum + power);
    return powers.map((power) => power / total);
  });
}

function loss(model: LinearModel, buffer: number): number {
  const labels = model.inputs[buffer]!.labels!;
  const shares = softmax(logits(model, buffer));
  return shares.reduce((sum, row, k) => sum - Math.log(row[Number(labels.data[k])]!), 0) / shares.length;
}

/** Mean over the batch of softmax(logits) − one-hot(label). */
function biasGradient(model: LinearModel, buffer: number): number[] {
  const labels = model.inputs[buffer]!.labels!;
  const shares = softmax(logits(model, buffer));
  return shares[0]!.map(
    (_, column) =>
      shares.reduce((sum, row, k) => sum + row[column]! - (Number(labels.data[k]) === column ? 1 : 0), 0) /
      shares.length,
  );
}

function rows(tensor: Tensor): number[][] {
  const width = tensor.shape[1]!;
  const all = Array.from(tensor.data as Float32Array);
  return Array.from({ length: tensor.shape[0]! }, (_, row) => all.slice(row * width, (row + 1) * width));
}

function expectNear(tensor: Tensor | undefined, expected: number[]): void {
  const found = Array.from((tensor?.data ?? []) as Float32Array);
  expect(found).toHaveLength(expected.length);
  for (const [index, value] of found.entries()) expect(value).toBeCloseTo(expected[index]!, 5);
}
