/** A short training run on two real targets, in a Node and in a Python worker, with the same result. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Target } from '../../../adapters/adapter.js';
import { findTarget } from '../../../adapters/discover.js';
import { sourceArtefact } from '../../../model/artefact/artefact.js';
import {
  type Epoch,
  type TrainingRun,
  timeShortage,
  trainToAccuracy,
} from '../../../runners/accuracy/train-to-accuracy.js';
import { ensureEnvironment } from '../../../runners/provision/environments.js';
import { type AccuracyTask, accuracySource } from '../../../suites/accuracy.js';
import lenet5 from '../../../suites/cnn/lenet5.js';

const task: AccuracyTask = {
  workload: 'lenet5',
  requiredAccuracy: 0.3,
  batch: 20,
  passes: 1,
  optimiser: { name: 'sgd', learningRate: 0.05, momentum: 0.9 },
  epochs: 4,
};
let scratch = '';
let run: TrainingRun;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'touchstone-learn-'));
  const { source, heldOut } = accuracySource(task, lenet5, 1);
  const inputs = [
    ...source.inputs.slice(0, 6),
    ...source.inputs.slice(heldOut[0]).filter((_, n) => n % 20 === 0),
  ];
  const prepared = {
    source: { ...source, inputs },
    passes: [[0, 1, 2, 3, 4, 5]],
    heldOut: inputs.map((_, buffer) => buffer).slice(6),
  };
  run = { task, seed: 1, prepared, artefact: await sourceArtefact(prepared.source) };
});
afterAll(() => rm(scratch, { recursive: true }));

async function train(target: Target, given: TrainingRun, executable?: string, trainingMs = 60_000) {
  const budget = { threads: 1, cpus: [], device: { kind: 'cpu', index: 0 } };
  const seen: Epoch[] = [];
  const limit = { trainingMs, minEpochs: 1 };
  const subject = {
    target,
    executable,
    budget,
    logFile: join(scratch, 'worker.log'),
    deadlineMs: 60_000,
    limit,
  };
  return { outcome: await trainToAccuracy(subject, given, (epoch) => seen.push(epoch)), seen };
}

it('trains until the required accuracy is reached, with the same result in ConvNetJS and PyTorch', async () => {
  const convnetjs = await train((await findTarget('convnetjs/js')).target, run);
  const { python } = await ensureEnvironment('pytorch');
  const pytorch = await train((await findTarget('pytorch/cpu')).target, run, python);
  for (const { outcome, seen } of [convnetjs, pytorch]) {
    expect(outcome).toMatchObject({ state: 'reached', epochs: seen, heldOut: 100 });
    expect(seen.at(-1)?.correct).toBeGreaterThanOrEqual(30);
    expect(seen.slice(0, -1).every(({ correct }) => correct < 30)).toBe(true);
  }
  expect(pytorch.seen.map(({ correct }) => correct)).toEqual(convnetjs.seen.map(({ correct }) => correct));
  expect(pytorch.seen[0]?.meanLoss).toBeCloseTo(convnetjs.seen[0]?.meanLoss ?? 0, 4);
}, 600_000);

it('stops after the maximum number of epochs', async () => {
  const impossible = { ...run, task: { ...task, requiredAccuracy: 1, epochs: 2 } };
  const { outcome } = await train((await findTarget('convnetjs/js')).target, impossible);
  expect(outcome).toMatchObject({ state: 'missed', epochs: [{}, {}] });
});

it('stops a run that cannot finish within the time limit', async () => {
  const impossible = { ...run, task: { ...task, requiredAccuracy: 1, epochs: 40 } };
  const { outcome } = await train((await findTarget('convnetjs/js')).target, impossible, undefined, 1);
  expect(outcome).toMatchObject({
    state: 'unfinished',
    epochs: [{}],
    reason: expect.stringContaining('--time'),
  });
});

it('estimates the time from the epochs so far and those of the fastest target', () => {
  const epochs = [{ spanNs: 50e9 }, { spanNs: 70e9 }];
  expect(timeShortage([], { trainingMs: 1, minEpochs: 6 })).toBeUndefined();
  expect(timeShortage(epochs, { trainingMs: 180_000, minEpochs: 1 })).toBeUndefined();
  expect(timeShortage(epochs, { trainingMs: 179_000, minEpochs: 1 })).toContain('3 epochs at least 3.0 min');
  expect(timeShortage(epochs, { trainingMs: 180_000, minEpochs: 6 })).toBe(
    'an epoch takes 1.0 min, 6 epochs at least 6.0 min; the limit is 3.0 min (--time)',
  );
});

it('reports the failure of a worker', async () => {
  const { target } = await findTarget('onnxruntime/cpu');
  const { outcome } = await train(target, run);
  expect(outcome).toMatchObject({ state: 'failed', reason: expect.stringContaining('cannot train') });
});
