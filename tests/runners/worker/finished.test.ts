import { describe, expect, it } from 'vitest';
import { finishedLoop, UnfinishedError } from '../../../runners/worker/finished.js';
import { deviceModel, scriptedClock } from './scripted-device.js';

const limits = { minIterations: 3, minNs: 0, maxIterations: 3, maxNs: Number.POSITIVE_INFINITY };

/** A loop over a device, and how often it iterated. @param compileMs of the first iteration */
async function loop(forgets: 'nothing' | 'run', slowReadings = 0, compileMs = 0) {
  const clock = scriptedClock();
  const model = deviceModel(clock, forgets);
  let readings = 0;
  const read = (output: number) => {
    if (readings++ % 2 === 0 && readings <= 2 * slowReadings) clock.pass(50);
    return model.read(output);
  };
  const call = (iteration: number) => {
    if (model.events.length === 0) clock.pass(compileMs);
    return model.run(iteration % 2);
  };
  const own = { limits, call, after: () => undefined, batch: 1, isCold: compileMs > 0 };
  const timing = finishedLoop(clock, own, read);
  const iterations = () => model.events.filter((event) => event.startsWith('submit')).length;
  return { timing, iterations };
}

describe('a device that has finished when the clock stops', () => {
  it('is proved by reading its last output twice, and iterates no further', async () => {
    const { timing, iterations } = await loop('nothing');
    expect(await timing).toMatchObject({ samplesNs: [9e6, 9e6, 9e6] });
    expect(iterations()).toBe(3);
  });

  it('is not doubted because one reading was interrupted', async () => {
    const { timing, iterations } = await loop('nothing', 2);
    expect(await timing).toMatchObject({ samplesNs: [9e6, 9e6, 9e6] });
    expect(iterations()).toBeGreaterThan(3);
  });
});

describe('a device that goes on after the clock has stopped', () => {
  it('is found out, however short its iterations seem', async () => {
    const { timing } = await loop('run');
    await expect(timing).rejects.toBeInstanceOf(UnfinishedError);
    await expect(timing).rejects.toThrow(/after iterations of 20 ms reading the output waited \d+ ms/);
  });

  it('does not hide behind what its first iteration compiles', async () => {
    const { timing } = await loop('run', 0, 10_000);
    await expect(timing).rejects.toBeInstanceOf(UnfinishedError);
  });
});
