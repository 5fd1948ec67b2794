import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { nodeClock } from '../../../runners/hosts/node/platform.js';
import { batchFor, timeLoop, timeSpan } from '../../../runners/worker/timed-loop.js';
import { scriptedClock } from './scripted-device.js';

const endless = { minIterations: 0, minNs: 0, maxIterations: Infinity, maxNs: Infinity };

/** Runs a loop and returns what happened, in order. */
async function trace(limits: Partial<typeof endless>, call: (iteration: number) => unknown = (i) => i) {
  const events: string[] = [];
  const timing = await timeLoop<unknown, bigint>(
    nodeClock,
    (iteration) => {
      events.push(`run ${iteration}`);
      return call(iteration);
    },
    { ...endless, ...limits },
    (output, iteration, isLast) => {
      events.push(`after ${iteration}: ${String(output)}${isLast ? ', last' : ''}`);
    },
  );
  return { events, timing };
}

const spin = (ns: number) => {
  const end = process.hrtime.bigint() + BigInt(ns);
  while (process.hrtime.bigint() < end);
};

describe('the clock that it is given', () => {
  it('alone decides what the samples are', async () => {
    const clock = scriptedClock();
    const limits = { ...endless, minIterations: 3 };
    const timing = await timeLoop(
      clock,
      (iteration) => clock.pass(iteration + 1),
      limits,
      () => clock.pass(100),
    );
    expect(timing).toEqual({ samplesNs: [1e6, 2e6, 3e6], batch: 1, cpuNs: null });
  });

  it('times a span as a whole, its first call too', async () => {
    const clock = scriptedClock();
    const call = (item: number) => {
      clock.pass(item);
      return 10 * item;
    };
    expect(await timeSpan(clock, call, [4, 1, 2])).toEqual({
      spanNs: 7e6,
      firstNs: 4e6,
      cpuNs: null,
      outputs: Float64Array.of(40, 10, 20),
    });
  });
});

describe('batches', () => {
  it.each([
    ['one that the clock can tell', [9e6, 1e6, 1e6], 1],
    ['a short one', [9e6, 50_000, 50_000], 20],
    ['one below a tick, which reads as none or one', [9e6, 0, 0, 0, 5_000], 800],
    ['one that the clock never told', [9e6, 0, 0], 4096],
    ['the only one', [50_000], 20],
  ])('hold as many iterations as the clock needs: %s', (_, warmNs, batch) => {
    expect(batchFor(scriptedClock(), warmNs)).toBe(batch);
  });

  it('give the mean of their iterations, and every output in order', async () => {
    const clock = scriptedClock();
    const outputs: string[] = [];
    const timing = await timeLoop(
      clock,
      (iteration) => {
        clock.pass(iteration);
        return iteration;
      },
      { ...endless, minIterations: 4, maxIterations: 5 },
      (output, iteration, isLast) => outputs.push(`${output} of ${iteration}${isLast ? ', last' : ''}`),
      2,
    );
    expect(timing).toEqual({ samplesNs: [0.5e6, 2.5e6], batch: 2, cpuNs: null });
    expect(outputs).toEqual(['0 of 0', '1 of 1', '2 of 2', '3 of 3, last']);
  });

  it('never hold more iterations than are left', async () => {
    const calls: number[] = [];
    const limits = { ...endless, minIterations: 100, maxIterations: 5 };
    await timeLoop(
      scriptedClock(),
      (iteration) => calls.push(iteration),
      limits,
      () => undefined,
      2,
    );
    expect(calls).toEqual([0, 1, 2, 3]);
  });
});

describe('the timed loop', () => {
  it('runs one after the other, and tells each before the next', async () => {
    const { events, timing } = await trace({ minIterations: 2 });
    expect(events).toEqual(['run 0', 'after 0: 0', 'run 1', 'after 1: 1, last']);
    expect(timing.samplesNs).toHaveLength(2);
  });

  it('does the same for what returns promises', async () => {
    const { events } = await trace({ minIterations: 2 }, async (iteration) => {
      await turn();
      return iteration + 10;
    });
    expect(events).toEqual(['run 0', 'after 0: 10', 'run 1', 'after 1: 11, last']);
  });

  it('makes at least one iteration', async () => {
    expect((await trace({ maxIterations: 0, maxNs: 0 })).timing.samplesNs).toHaveLength(1);
  });

  it('needs both minimums', async () => {
    const { timing } = await trace({ minIterations: 3, minNs: 2e6 }, () => spin(4e5));
    const total = timing.samplesNs.reduce((sum, sample) => sum + sample, 0);
    expect(timing.samplesNs.length).toBeGreaterThanOrEqual(3);
    expect(total).toBeGreaterThan(1e6);
    const slow = await trace({ minIterations: 3, minNs: 1e3 }, () => spin(4e5));
    expect(slow.timing.samplesNs).toHaveLength(3);
  });

  it('stops at either maximum, whatever the minimums', async () => {
    const counted = await trace({ minIterations: 9, maxIterations: 2 });
    expect(counted.timing.samplesNs).toHaveLength(2);
    const timed = await trace({ minIterations: 9, maxNs: 1e6 }, () => spin(2e6));
    expect(timed.timing.samplesNs).toHaveLength(1);
  });

  it('keeps its samples in the order in which they were taken, each at least as long as its work', async () => {
    const works = [3e6, 1e5, 2e6, 1e5];
    const { timing } = await trace({ minIterations: 4 }, (iteration) => spin(works[iteration] ?? 0));
    works.forEach((work, index) => void expect(timing.samplesNs[index]).toBeGreaterThanOrEqual(work));
    expect(timing.cpuNs).toBeGreaterThan(0);
  });

  it('passes on what the call throws, with its own class', async () => {
    const error = new RangeError('no');
    const fails = (call: () => unknown) => trace({ minIterations: 2 }, call);
    await expect(fails(() => Promise.reject(error))).rejects.toBe(error);
    await expect(
      fails(() => {
        throw error;
      }),
    ).rejects.toBe(error);
  });
});
