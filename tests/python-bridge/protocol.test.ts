import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import nothing from '../../adapters/null/index.js';
import { defined } from '../../common/at.js';
import { readTensors } from '../../model/safetensors.js';
import { ensureEnvironment } from '../../runners/provision/environments.js';
import { buffers, type LinearModel, linearArtefact } from './artefacts.js';

const pythonNull = defined(
  nothing.targets.find(({ host }) => host === 'python'),
  'the null target of Python',
);

import { WorkerProcess } from './worker-process.js';

let python: string;
let scratch: string;
let inference: LinearModel;
let training: LinearModel;
const workers: WorkerProcess[] = [];

/** A framework whose model fails in another way at each call. */
const faulty = `
from touchstone_bridge.errors import UnsupportedError
from touchstone_bridge.frameworks.null import NullFramework, NullInference


class Faulty(NullInference):
    calls = 0

    def run(self, buffer):
        self.calls += 1
        if self.calls == 2:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes")
        try:
            raise KeyError("inner")
        except KeyError as inner:
            raise ValueError("outer") from inner


class FaultyFramework(NullFramework):
    def load_inference(self, model):
        return Faulty(model)

    def load_training(self, model):
        raise UnsupportedError("cannot learn")


def open_framework(target, threads):
    return FaultyFramework()
`;

beforeAll(async () => {
  python = (await ensureEnvironment('null')).python;
  scratch = await mkdtemp(join(tmpdir(), 'touchstone-bridge-'));
  inference = await linearArtefact('inference', pythonNull);
  training = await linearArtefact('training', pythonNull);
}, 600_000);

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.kill()));
});

function start(options: ConstructorParameters<typeof WorkerProcess>[1] = {}): WorkerProcess {
  const worker = new WorkerProcess(python, options);
  workers.push(worker);
  return worker;
}

/** A worker that has described itself. */
async function open(
  target = 'null/python',
  options: Parameters<typeof start>[0] = {},
): Promise<WorkerProcess> {
  const worker = start(options);
  await worker.hello(target);
  await worker.request({ type: 'describe' });
  return worker;
}

const turn = { type: 'turn', minNs: 1e15, maxIterations: 7, firstBuffer: 1, auditIteration: 3 } as const;

describe('the whole protocol on the null target', () => {
  it('says who it is before anything is imported, and what it runs after', async () => {
    const worker = start();
    const hello = await worker.hello('null/python');
    expect(hello.pid).toBe(worker.child.pid);
    expect(hello.runtime).toMatch(/^python 3\.\d+\.\d+/);
    const before = await worker.request({ type: 'memory' });
    const described = await worker.request({ type: 'describe' });
    expect(described.importNs).toBeGreaterThan(0);
    expect(described.configuration.threads).toBe(1);
    // NumPy takes megabytes: it was not there when the worker said hello.
    const after = await worker.request({ type: 'memory' });
    expect(after.rssBytes! - before.rssBytes!).toBeGreaterThan(2_000_000);
    expect(after.peakRssBytes).toBeGreaterThanOrEqual(after.rssBytes!);
  });

  it('answers inference: load, warm, verify, turns, audit, unload', async () => {
    const worker = await open();
    await worker.request({ type: 'load', folder: inference.folder, plan: inference.plan, mode: 'inference' });
    const warm = await worker.request({ type: 'warm', minIterations: 5, minNs: 0, maxNs: 1e9 });
    expect(warm.samplesNs).toHaveLength(5);
    const verified = join(scratch, 'verified.safetensors');
    await worker.request({ type: 'verify', file: verified });
    const outputs = await readTensors(verified);
    expect(Object.keys(outputs).sort()).toEqual([0, 1, 2].map((buffer) => `output/${buffer}/probabilities`));
    const first = await worker.request(turn);
    expect(first).toMatchObject({ auditBuffer: (1 + 3) % buffers, losses: [], finite: true });
    expect(first.samplesNs).toHaveLength(7);
    const second = await worker.request({ ...turn, firstBuffer: 2, auditIteration: 100 });
    expect(second.auditBuffer).toBe((2 + 6) % buffers);
    const file = join(scratch, 'audit.safetensors');
    expect(await worker.request({ type: 'audit', file })).toEqual({ outputs: 2 });
    const kept = await readTensors(file);
    expect(kept['0/probabilities']?.data).toEqual(inference.inputs[first.auditBuffer]?.x?.data);
    expect(kept['1/probabilities']?.data).toEqual(inference.inputs[second.auditBuffer]?.x?.data);
    await worker.request({ type: 'unload' });
    await worker.request({ type: 'load', folder: inference.folder, plan: inference.plan, mode: 'inference' });
    expect(await worker.request({ type: 'audit', file })).toEqual({ outputs: 0 });
    await worker.request({ type: 'bye' });
    expect(await worker.exited).toBe(0);
    expect(worker.log).toBe('');
  });

  it('answers training: turns begin on buffer 0 and report the first losses', async () => {
    const worker = await open();
    await worker.request({ type: 'load', folder: training.folder, plan: training.plan, mode: 'training' });
    const result = await worker.request(turn);
    expect(result).toMatchObject({ auditBuffer: 0, losses: [0, 0, 0], finite: true });
    const short = await worker.request({ ...turn, maxIterations: 2 });
    expect(short.losses).toEqual([0, 0]);
    const file = join(scratch, 'nothing.safetensors');
    expect(await worker.request({ type: 'audit', file })).toEqual({ outputs: 0 });
    expect(existsSync(file)).toBe(false);
  });

  it('learns epochs in the order it is given, and says which classes it sees', async () => {
    const worker = await open();
    await worker.request({ type: 'load', folder: training.folder, plan: training.plan, mode: 'training' });
    const epoch = { type: 'epoch' as const, order: [2, 0, 1, 1], fromFirstWeights: true };
    const result = await worker.request(epoch);
    expect(result).toMatchObject({ meanLoss: 0, witness: { switches: expect.any(Number) } });
    expect(result.spanNs).toBeGreaterThanOrEqual(result.firstStepNs);
    // The null target's logits are its input.
    const { classes } = await worker.request({ type: 'classify', buffers: [1] });
    const { data = [], shape = [] } = training.inputs[1]?.x ?? {};
    const width = shape[1] ?? 1;
    const rows = Array.from({ length: shape[0] ?? 0 }, (_, row) =>
      Array.from(data.slice(row * width, (row + 1) * width), Number),
    );
    expect(classes).toEqual([rows.map((row) => row.indexOf(Math.max(...row)))]);
    const beyond = { ...epoch, order: [buffers] };
    await expect(worker.request(beyond)).rejects.toThrow(/ProtocolError.*buffer 3/);
    await worker.request({ type: 'unload' });
    await worker.request({ type: 'load', folder: inference.folder, plan: inference.plan, mode: 'inference' });
    await expect(worker.request(epoch)).rejects.toThrow(/does not learn/);
  });

  it('runs until the time is up when iterations allow', async () => {
    const worker = await open();
    await worker.request({ type: 'load', folder: inference.folder, plan: inference.plan, mode: 'inference' });
    const begin = process.hrtime.bigint();
    const result = await worker.request({ ...turn, minNs: 20e6, maxIterations: 1e9 });
    expect(Number(process.hrtime.bigint() - begin)).toBeGreaterThanOrEqual(20e6);
    expect(result.samplesNs.length).toBeGreaterThan(1);
    expect(result.samplesNs.reduce((sum, sample) => sum + sample)).toBeLessThan(1e9);
    expect(result.cpuNs).toBeGreaterThan(0);
  });
});

describe('what is wrong is said', () => {
  it('refuses requests that are malformed or out of turn, and goes on', async () => {
    const worker = start();
    const wrong: [unknown, RegExp][] = [
      [{ type: 'dance' }, /unknown type/],
      [{ type: 'turn', minNs: -1, maxIterations: 1, firstBuffer: 0, auditIteration: 0 }, /minNs/],
      [{ type: 'load', folder: '/nowhere', mode: 'dreaming' }, /mode/],
      [{ type: 'epoch', order: [], fromFirstWeights: true }, /order/],
      [{ type: 'epoch', order: [0], fromFirstWeights: 1 }, /fromFirstWeights/],
      [{ type: 'classify', buffers: [-1] }, /buffers/],
      ['hello', /without a body/],
      [{ type: 'describe' }, /before hello/],
      [{ type: 'load', folder: '/nowhere', plan: '/nowhere', mode: 'training' }, /before describe/],
      [turn, /no model/],
      [
        {
          type: 'hello',
          protocol: 99,
          target: 'null/python',
          budget: { threads: 1, cpus: [], device: { kind: 'cpu', index: 0 } },
        },
        /protocol 99/,
      ],
    ];
    for (const [body, message] of wrong) {
      const answer = await worker.send(body);
      expect(answer).toMatchObject({
        ok: false,
        error: { kind: 'ProtocolError', message: expect.stringMatching(message) },
      });
    }
    await worker.hello('null/python');
  });

  it('refuses a second model, a mode that is not the artefact’s, and a missing folder, with the cause', async () => {
    const worker = await open();
    const load = { type: 'load', folder: inference.folder, plan: inference.plan, mode: 'inference' } as const;
    await expect(worker.request({ ...load, folder: '/nowhere' })).rejects.toThrow(
      /FileNotFoundError.*nowhere/,
    );
    await expect(worker.request({ ...load, mode: 'training' })).rejects.toThrow(/ProtocolError/);
    await worker.request(load);
    await expect(worker.request(load)).rejects.toThrow(/ProtocolError.*loaded/);
  });

  it.each([['not JSON\n'], ['[]\n'], ['{"body":{"type":"bye"}}\n'], ['x'.repeat(2 << 20)], ['{"id":1']])(
    'leaves with status 2 when the pipe does not speak the protocol',
    async (text) => {
      const worker = start();
      await worker.hello('null/python');
      worker.write(text);
      worker.end();
      expect(await worker.exited).toBe(2);
      expect(worker.log).toContain('touchstone worker: ');
    },
  );

  it('calls a framework that is not installed unavailable, with the cause', async () => {
    const worker = start();
    await worker.hello('pytorch/cpu');
    const answer = await worker.send({ type: 'describe' });
    expect(answer).toMatchObject({
      ok: false,
      error: {
        kind: 'unavailable',
        message: expect.stringContaining('torch'),
        cause: { kind: 'ModuleNotFoundError' },
      },
    });
  });

  it('gives the causes of what a framework throws, and tells exhausted memory apart', async () => {
    const path = await mkdtemp(join(tmpdir(), 'touchstone-module-'));
    await mkdir(join(path, 'outside'));
    await writeFile(join(path, 'outside', 'faulty.py'), faulty);
    const worker = await open('null/python', { path, module: 'outside.faulty' });
    const load = { type: 'load', folder: inference.folder, plan: inference.plan, mode: 'inference' } as const;
    await worker.request(load);
    const warm = { type: 'warm', minIterations: 1, minNs: 0, maxNs: 1e9 };
    const thrown = await worker.send(warm);
    expect(thrown).toMatchObject({
      ok: false,
      error: { kind: 'ValueError', message: 'outer', cause: { kind: 'KeyError' } },
    });
    expect(await worker.send(warm)).toMatchObject({ ok: false, error: { kind: 'out-of-memory' } });
    const unsupported = await worker.send({
      type: 'load',
      folder: training.folder,
      plan: training.plan,
      mode: 'training',
    });
    expect(unsupported).toMatchObject({ ok: false, error: { kind: 'ProtocolError' } });
    await worker.request({ type: 'unload' });
    expect(
      await worker.send({ type: 'load', folder: training.folder, plan: training.plan, mode: 'training' }),
    ).toMatchObject({
      ok: false,
      error: { kind: 'unsupported', message: 'cannot learn' },
    });
  });
});

describe('how it ends', () => {
  it('leaves at the end of its pipe, and not at Ctrl-C', async () => {
    const worker = await open();
    worker.child.kill('SIGINT');
    await worker.request({ type: 'memory' });
    worker.end();
    expect(await worker.exited).toBe(0);
  });
});
