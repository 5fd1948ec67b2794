import { expect, it } from 'vitest';
import type { ArtefactManifest } from '../../../model/artefact/manifest.js';
import { inference } from '../../../runners/worker/inference.js';
import { deviceModel, scriptedClock } from './scripted-device.js';

const manifest = { buffers: 3 } as ArtefactManifest;
const turn = { type: 'turn', minNs: 60e6, maxIterations: 100, firstBuffer: 1, auditIteration: 0 } as const;

it('hands over so many iterations before each wait, and gives the time of one', async () => {
  const clock = scriptedClock();
  const model = deviceModel(clock);
  const loaded = inference(model, manifest, clock);
  expect(loaded.queues).toBe(true);
  const single = await loaded.turn(turn);
  expect(single.samplesNs[0]).toBe(9e6);
  model.events.splice(0);
  const queued = await loaded.turn({ ...turn, submissions: 4 });
  // The first hand-over, and four times the device: 33 ms for four.
  expect(queued.samplesNs).toEqual([8.25e6, 8.25e6]);
  expect(queued.batch).toBe(4);
  // Two waits warm up, two are timed.
  const oneWait = ['submit 1', 'submit 2', 'submit 0', 'submit 1', 'wait'];
  expect(model.events.slice(0, 5)).toEqual(oneWait);
  expect(model.events.filter((event) => event === 'wait')).toHaveLength(4);
  model.events.splice(0);
  await loaded.turn({ ...turn, submissions: 4 });
  expect(model.events.filter((event) => event === 'wait')).toHaveLength(2);
});

it('keeps the last output of the turn for the audit', async () => {
  const clock = scriptedClock();
  const loaded = inference(deviceModel(clock), manifest, clock);
  const { auditBuffer } = await loaded.turn({ ...turn, submissions: 4 });
  // The eighth iteration from buffer 1.
  expect(auditBuffer).toBe((1 + 7) % 3);
  const audit = loaded.audit();
  expect(audit?.outputs).toBe(1);
  expect(audit?.tensors['0/y']?.data[0]).toBe(10 * auditBuffer);
});

it('times several waits as one where the clock cannot tell a single one', async () => {
  const clock = scriptedClock(1e6);
  const loaded = inference(deviceModel(clock), manifest, clock);
  const { samplesNs, batch } = await loaded.turn({ ...turn, submissions: 4, maxIterations: 40 });
  expect(batch).toBe(28);
  expect(samplesNs).toEqual([8.25e6]);
});

it('does not believe a queue that is not finished', async () => {
  const clock = scriptedClock();
  const loaded = inference(deviceModel(clock, 'finish'), manifest, clock);
  await expect(loaded.turn({ ...turn, submissions: 4 })).rejects.toThrow('had not finished');
});

it('is nothing that a model without a queue has', async () => {
  const clock = scriptedClock();
  const { queue: _, ...model } = deviceModel(clock);
  expect(inference(model, manifest, clock).queues).toBeUndefined();
});
