import { expect, it } from 'vitest';
import type { InferenceModel } from '../../../adapters/adapter.js';
import type { ArtefactManifest } from '../../../model/artefact/manifest.js';
import { inference } from '../../../runners/worker/inference.js';
import { scriptedClock } from './scripted-device.js';

it('a model that wears out takes no more runs than it has, and is renewed between two turns', async () => {
  const clock = scriptedClock();
  let runs = 0;
  const worn: number[] = [];
  const model: InferenceModel<number> = {
    run(buffer) {
      runs += 1;
      clock.pass(1);
      return buffer;
    },
    read: (buffer) => ({ y: { type: 'float32', shape: [1], data: Float32Array.of(buffer) } }),
    wear: {
      maxRuns: 10,
      async renew() {
        worn.push(runs);
        // It takes a while, and no sample knows of it.
        clock.pass(500);
        runs = 0;
      },
    },
    dispose: () => undefined,
  };
  const loaded = inference(model, { buffers: 2 } as ArtefactManifest, clock);
  await loaded.warm({ type: 'warm', minIterations: 4, minNs: 0, maxNs: 1e9 });
  const turn = { type: 'turn', minNs: 1e9, maxIterations: 100, firstBuffer: 0, auditIteration: 0 } as const;
  const first = await loaded.turn(turn);
  expect(first.samplesNs).toEqual(Array(6).fill(1e6));
  expect(worn).toEqual([]);
  const second = await loaded.turn(turn);
  expect(second.samplesNs).toEqual(Array(10).fill(1e6));
  expect(worn).toEqual([10]);
});
