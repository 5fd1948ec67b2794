/** The portable core on a platform that is nothing but its answers: as a browser page would hand one in. */
import { describe, expect, it } from 'vitest';
import type { Device, JavaScriptTarget, Model, OpenFramework, Tensors } from '../../../adapters/adapter.js';
import { firstDevice } from '../../../common/run/device.js';
import { protocolVersion, type Results } from '../../../runners/protocol/messages.js';
import type { Platform } from '../../../runners/worker/platform.js';
import { StateMachine } from '../../../runners/worker/state-machine.js';
import { scriptedTarget } from '../hosts/node/scripted.js';

const gpu: Device = { ...firstDevice('webgpu'), name: 'SwiftShader', driver: null, software: true };
const scalar = (value: number) => ({ type: 'float32' as const, shape: [1], data: Float32Array.of(value) });

/** One input a buffer; the clock moves by a millisecond whenever it is read. */
function platform(target: JavaScriptTarget, written: Map<string, Tensors> = new Map()): Platform {
  let nowMs = 0;
  const model = {
    manifest: { mode: 'inference', buffers: 2 },
    inputs: [{ x: scalar(1) }, { x: scalar(2) }],
    weights: { w: scalar(10) },
    plan: { form: 'scripted' },
  } as unknown as Model;
  return {
    runtime: 'page 1.0',
    pid: null,
    clock: {
      now: () => ++nowMs,
      tickNs: 1,
      nsBetween: (begin: number, end: number) => (end - begin) * 1e6,
      cpuNs: () => null,
    },
    storage: {
      loadModel: async () => model,
      writeTensors: async (file, tensors) => void written.set(file, tensors),
    },
    findTarget: async () => target,
    cpuName: 'Example CPU',
    cpus: () => null,
    settings: () => ({ allocator: null }),
    memory: () => ({ rssBytes: null, peakRssBytes: null }),
    mark: async () => ({ workNs: 5, waitNs: null, switches: null }),
  };
}

const budget = { threads: 1, cpus: [], device: firstDevice('cpu') };
const hello = { type: 'hello', protocol: protocolVersion, target: 'scripted/sound', budget } as const;

async function described(target: JavaScriptTarget, written?: Map<string, Tensors>) {
  const machine = new StateMachine(platform(target, written));
  const greeted = await machine.answer(hello);
  const description = (await machine.answer({ type: 'describe' })) as Results['describe'];
  return { machine, greeted, description };
}

/** The scripted target with other answers. */
function target(more: Partial<OpenFramework>): JavaScriptTarget {
  const sound = scriptedTarget('scripted/sound');
  return { ...sound, open: async (given) => ({ ...(await sound.open(given)), ...more }) };
}

describe('a worker without a process of its own', () => {
  it('leaves open what its platform does not report', async () => {
    const { machine, greeted, description } = await described(target({}));
    expect(greeted).toEqual({ protocol: protocolVersion, pid: null, runtime: 'page 1.0', cpus: null });
    expect(description.importNs).toBe(1e6);
    expect(description.configuration.allocator).toBeNull();
    expect(await machine.answer({ type: 'memory' })).toEqual({
      rssBytes: null,
      peakRssBytes: null,
      deviceBytes: null,
    });
  });

  it('times on the clock that it was given, and keeps the audited output', async () => {
    const written = new Map<string, Tensors>();
    const { machine } = await described(target({}), written);
    await machine.answer({ type: 'load', folder: 'anywhere', mode: 'inference', plan: 'plan.json' });
    const turn = { type: 'turn', minNs: 1e12, maxIterations: 3, firstBuffer: 1, auditIteration: 1 } as const;
    expect(await machine.answer(turn)).toEqual({
      samplesNs: [1e6, 1e6, 1e6],
      batch: 1,
      cpuNs: null,
      auditBuffer: 0,
      losses: [],
      finite: true,
      witness: { workNs: [5, 5], waitNs: null, switches: null },
    });
    expect(await machine.answer({ type: 'audit', file: 'kept' })).toEqual({ outputs: 1 });
    expect(written.get('kept')?.['0/y']?.data).toEqual(Float32Array.of(11));
  });
});

describe('the effective device', () => {
  it('is the processors by their model where the framework says cpu', async () => {
    const { description } = await described(target({}));
    expect(description.device).toEqual({
      ...firstDevice('cpu'),
      name: 'Example CPU',
      driver: null,
      software: false,
    });
  });

  it('is another one as the framework reports it, with the memory that it takes', async () => {
    const sound = await scriptedTarget('scripted/sound').open(budget);
    const onGpu = target({
      describe: async () => ({ ...(await sound.describe()), device: gpu }),
      deviceBytes: async () => 4096,
    });
    const { machine, description } = await described(onGpu);
    expect(description.device).toEqual(gpu);
    expect(await machine.answer({ type: 'memory' })).toMatchObject({ deviceBytes: 4096 });
  });
});
