/** The Node worker as the coordinator sees it: a real process, with a framework whose results are known exactly. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildFolder } from '../../../../common/paths.js';
import { readTensors } from '../../../../model/safetensors.js';
import type { Mode } from '../../../../model/workload.js';
import { launch } from '../../../../runners/hosts/launch.js';
import nodeHost from '../../../../runners/hosts/node/index.js';
import type { WorkerProcess } from '../../../../runners/process/worker-process.js';
import { protocolVersion } from '../../../../runners/protocol/messages.js';
import { buffers, makeArtefact, removeArtefacts, steps } from './artefact.js';
import { scriptedTarget } from './scripted.js';

let scratch = '';
const folders: Partial<Record<Mode, string>> = {};
const workers: WorkerProcess[] = [];
const budget = { threads: 1, cpus: [], device: { kind: 'cpu', index: 0 } };

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'touchstone-worker-'));
  for (const mode of ['inference', 'training'] as const) folders[mode] = await makeArtefact({ mode });
});
afterAll(async () => {
  await removeArtefacts();
  await rm(scratch, { recursive: true });
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.kill()));
});

type Name = Parameters<typeof scriptedTarget>[0];

function start(name: Name): WorkerProcess {
  const worker = launch(nodeHost, {
    target: scriptedTarget(name),
    budget,
    logFile: join(scratch, 'worker.log'),
    deadlineMs: 20_000,
    environment: {
      TOUCHSTONE_ADAPTER: join(buildFolder, 'tests', 'runners', 'hosts', 'node', 'scripted.js'),
    },
  });
  workers.push(worker);
  return worker;
}

const hello = (target: string, protocol = protocolVersion) =>
  ({ type: 'hello', protocol, target, budget }) as const;
const load = (mode: Mode) => ({ type: 'load', folder: folders[mode] ?? '', mode }) as const;
const file = (name: string) => join(scratch, name);
const turnOf = (iterations: number, more: { firstBuffer?: number; auditIteration?: number } = {}) =>
  ({
    type: 'turn',
    minNs: 1e12,
    maxIterations: iterations,
    firstBuffer: 0,
    auditIteration: 0,
    ...more,
  }) as const;
const epochOf = (...order: number[]) => ({ type: 'epoch' as const, order, fromFirstWeights: true });
const classifyOf = (...asked: number[]) => ({ type: 'classify' as const, buffers: asked });

async function loaded(mode: Mode, name: Name = 'scripted/sound'): Promise<WorkerProcess> {
  const worker = start(name);
  await worker.request(hello(name));
  await worker.request({ type: 'describe' });
  await worker.request(load(mode));
  return worker;
}

async function valuesIn(name: string): Promise<Record<string, number[]>> {
  const tensors = await readTensors(file(name));
  return Object.fromEntries(
    Object.entries(tensors).map(([key, { data }]) => [key, Array.from(data, Number)]),
  );
}

describe('a Node worker', () => {
  it('says what it is', async () => {
    const worker = start('scripted/sound');
    expect(await worker.request(hello('scripted/sound'))).toMatchObject({
      protocol: protocolVersion,
      pid: worker.pid,
      runtime: `node ${process.versions.node}`,
    });
    const description = await worker.request({ type: 'describe' });
    expect(description.versions).toEqual({ scripted: '1.2.3' });
    expect(description.importNs).toBeGreaterThan(0);
    expect((await worker.request(load('inference'))).configuration).toEqual({
      form: 'nothing',
      layout: 'NCHW',
    });
    const memory = await worker.request({ type: 'memory' });
    expect(memory.peakRssBytes).toBeGreaterThanOrEqual(memory.rssBytes!);
    expect(memory.rssBytes!).toBeGreaterThan(2 ** 20);
  });

  it('verifies inference on every buffer, although the framework writes over its last output', async () => {
    const worker = await loaded('inference');
    expect(await worker.request({ type: 'verify', file: file('verify') })).toEqual({ buffers });
    expect(await valuesIn('verify')).toEqual({
      'output/0/y': [0.5],
      'output/1/y': [10.5],
      'output/2/y': [20.5],
    });
  });

  it('keeps the audited output of each turn, as it was in its iteration', async () => {
    const worker = await loaded('inference');
    const first = await worker.request(turnOf(7, { firstBuffer: 2, auditIteration: 4 }));
    const cut = await worker.request(turnOf(2, { auditIteration: 100 }));
    expect(first.samplesNs).toHaveLength(7);
    expect([first.auditBuffer, cut.auditBuffer]).toEqual([(2 + 4) % buffers, 1]);
    expect(await worker.request({ type: 'audit', file: file('audit') })).toEqual({ outputs: 2 });
    expect(await valuesIn('audit')).toEqual({ '0/y': [0.5], '1/y': [10.5] });
  });

  it('forgets what the turns kept when another model is loaded', async () => {
    const worker = await loaded('inference');
    await worker.request(turnOf(1));
    await worker.request({ type: 'unload' });
    await worker.request(load('inference'));
    expect(await worker.request({ type: 'audit', file: file('empty') })).toEqual({ outputs: 0 });
  });

  it('ends a turn when its time is over', async () => {
    const worker = await loaded('inference');
    const turn = await worker.request({ ...turnOf(1e9), minNs: 5e6 });
    expect(turn.samplesNs.length).toBeGreaterThan(1);
    expect(turn.cpuNs).toBeGreaterThan(0);
    expect(turn).toMatchObject({ losses: [], finite: true });
  });

  it('starts every turn of training from the first weights on buffer 0', async () => {
    const worker = await loaded('training');
    await worker.request({ type: 'warm', minIterations: 5, minNs: 0, maxNs: 1e9 });
    for (const firstBuffer of [0, 2]) {
      const turn = await worker.request(turnOf(6, { firstBuffer }));
      expect(turn.samplesNs).toHaveLength(6);
      expect(turn.losses).toEqual([0, 1.1, 2.2, 0.3]);
      expect(turn.finite).toBe(true);
    }
    expect((await worker.request(turnOf(2))).losses).toEqual([0, 1.1]);
    expect(await worker.request({ type: 'audit', file: file('nothing') })).toEqual({ outputs: 0 });
  });

  it('verifies training from the first weights', async () => {
    const worker = await loaded('training');
    await worker.request(turnOf(5));
    expect(await worker.request({ type: 'verify', file: file('training') })).toEqual({ buffers });
    const values = await valuesIn('training');
    expect(values).toMatchObject({ 'output/0/w': [0], 'gradient/w': [0], 'weight/w': [steps] });
    expect(values.losses).toEqual([0, 1.1, 2.2, 0 + 3 / 10]);
  });

  it('learns in the order it is given, on from where it was or from the first weights again', async () => {
    const worker = await loaded('training');
    const epoch = epochOf(2, 0, 1);
    const first = await worker.request(epoch);
    expect(first.meanLoss).toBeCloseTo((2 + 0.1 + 1.2) / 3);
    expect(first.spanNs).toBeGreaterThanOrEqual(first.firstStepNs);
    expect(first.firstStepNs).toBeGreaterThan(0);
    const second = await worker.request({ ...epoch, order: [1], fromFirstWeights: false });
    expect(second.meanLoss).toBeCloseTo(1.3);
    expect((await worker.request(epoch)).meanLoss).toBeCloseTo(first.meanLoss ?? 0);
    expect(await worker.request(classifyOf(0, 2))).toEqual({ classes: [[0], [0]] });
  });

  it('tells an epoch whose loss is no number', async () => {
    const worker = await loaded('training', 'scripted/nan');
    expect((await worker.request(epochOf(0, 1, 2))).meanLoss).toBeNull();
  });

  it('tells losses that are no numbers, also when they come after those that are compared', async () => {
    const worker = await loaded('training', 'scripted/nan');
    expect(await worker.request(turnOf(4))).toMatchObject({ losses: [0, 1.1, null, null], finite: false });
    expect(await worker.request(turnOf(2))).toMatchObject({ losses: [0, 1.1], finite: true });
  });
});

describe('a request at the wrong moment', () => {
  it.each([
    ['before hello', [{ type: 'describe' } as const]],
    ['of another protocol', [hello('scripted/sound', 99)]],
    ['for an unknown target', [hello('scripted/other')]],
    ['to load before it knows its framework', [hello('scripted/sound'), load('inference')]],
    ['to time nothing', [hello('scripted/sound'), turnOf(1)]],
  ])('%s is refused', async (_, requests) => {
    const worker = start('scripted/sound');
    for (const body of requests.slice(0, -1)) await worker.request(body);
    await expect(worker.request(requests.at(-1)!)).rejects.toMatchObject({ kind: 'refused' });
  });

  it.each([
    ['for another mode than the artefact was made for', { ...load('inference'), mode: 'training' } as const],
    ['without an artefact', { ...load('inference'), folder: '/nowhere' }],
  ])('to load %s', async (_, body) => {
    const worker = await loaded('inference');
    await worker.request({ type: 'unload' });
    const folder = body.folder || (folders.inference ?? '');
    await expect(worker.request({ ...body, folder })).rejects.toMatchObject({ kind: 'refused' });
    await worker.request(load('inference'));
  });

  it.each([
    ['inference', epochOf(0)],
    ['inference', classifyOf(0)],
    ['training', epochOf(buffers)],
    ['training', classifyOf(buffers)],
  ] as const)('to learn what is loaded for %s: %j', async (mode, body) => {
    const worker = await loaded(mode);
    await expect(worker.request(body)).rejects.toMatchObject({ kind: 'refused' });
  });

  it('to train what cannot', async () => {
    await expect(loaded('training', 'scripted/inference-only')).rejects.toMatchObject({ kind: 'refused' });
  });
});

it('leaves with status 2 when it is spoken to in another language', async () => {
  const worker = start('scripted/sound');
  await expect(worker.request({ type: 'sing' } as never)).rejects.toThrow(
    /status 2: touchstone worker: read a line that is no request/,
  );
});
