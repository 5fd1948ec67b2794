/** A short lesson on two real targets, a Node worker and a Python one: they learn the same from the same. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Target } from '../../../adapters/adapter.js';
import { findTarget } from '../../../adapters/discover.js';
import { sourceArtefact } from '../../../model/artefact/artefact.js';
import { type Epoch, type Lesson, learn, shortageOf } from '../../../runners/accuracy/train-to-accuracy.js';
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
let lesson: Lesson;

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
  lesson = { task, seed: 1, prepared, artefact: await sourceArtefact(prepared.source) };
});
afterAll(() => rm(scratch, { recursive: true }));

async function taught(target: Target, given: Lesson, executable?: string, trainingMs = 60_000) {
  const budget = { threads: 1, cpus: [] };
  const seen: Epoch[] = [];
  const allowance = { trainingMs, fewestEpochs: 1 };
  const seat = {
    target,
    executable,
    budget,
    logFile: join(scratch, 'worker.log'),
    deadlineMs: 60_000,
    allowance,
  };
  return { learnt: await learn(seat, given, (epoch) => seen.push(epoch)), seen };
}

it('learns until the bar is met, alike in ConvNetJS and PyTorch', async () => {
  const convnetjs = await taught((await findTarget('convnetjs/js')).target, lesson);
  const { python } = await ensureEnvironment('pytorch');
  const pytorch = await taught((await findTarget('pytorch/cpu')).target, lesson, python);
  for (const { learnt, seen } of [convnetjs, pytorch]) {
    expect(learnt).toMatchObject({ state: 'reached', epochs: seen, heldOut: 100 });
    expect(seen.at(-1)?.correct).toBeGreaterThanOrEqual(30);
    expect(seen.slice(0, -1).every(({ correct }) => correct < 30)).toBe(true);
  }
  expect(pytorch.seen.map(({ correct }) => correct)).toEqual(convnetjs.seen.map(({ correct }) => correct));
  expect(pytorch.seen[0]?.meanLoss).toBeCloseTo(convnetjs.seen[0]?.meanLoss ?? 0, 4);
}, 600_000);

it('gives up after as many epochs as are allowed', async () => {
  const impossible = { ...lesson, task: { ...task, bar: 1, epochs: 2 } };
  const { learnt } = await taught((await findTarget('convnetjs/js')).target, impossible);
  expect(learnt).toMatchObject({ state: 'missed', epochs: [{}, {}] });
});

it('does not go on with what would not be there in time', async () => {
  const impossible = { ...lesson, task: { ...task, bar: 1, epochs: 40 } };
  const { learnt } = await taught((await findTarget('convnetjs/js')).target, impossible, undefined, 1);
  expect(learnt).toMatchObject({
    state: 'unfinished',
    epochs: [{}],
    reason: expect.stringContaining('--time'),
  });
});

it('foresees from the epochs so far and from those of the quickest learner', () => {
  const epochs = [{ spanNs: 50e9 }, { spanNs: 70e9 }];
  expect(shortageOf([], { trainingMs: 1, fewestEpochs: 6 })).toBeUndefined();
  expect(shortageOf(epochs, { trainingMs: 180_000, fewestEpochs: 1 })).toBeUndefined();
  expect(shortageOf(epochs, { trainingMs: 179_000, fewestEpochs: 1 })).toContain(
    'so 3 of them at least 3.0 min',
  );
  expect(shortageOf(epochs, { trainingMs: 180_000, fewestEpochs: 6 })).toBe(
    'an epoch takes 1.0 min, so 6 of them at least 6.0 min, and a lesson is given 3.0 min: --time gives it more',
  );
});

it('says what a worker failed of', async () => {
  const { target } = await findTarget('onnxruntime/cpu');
  const { learnt } = await taught(target, lesson);
  expect(learnt).toMatchObject({ state: 'failed', reason: expect.stringContaining('cannot train') });
});
