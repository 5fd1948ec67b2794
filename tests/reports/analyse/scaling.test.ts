import { describe, expect, it } from 'vitest';
import { analyse } from '../../../reports/analyse/analyse.js';
import { settingsOf } from '../../../reports/analyse/groups.js';
import { sweepsOf } from '../../../reports/analyse/scaling.js';
import { runDifferences } from '../../../reports/summary.js';
import { fixtureRun } from '../fixtures.js';
import { threadSweep } from '../sweeps.js';

const { manifest, events } = threadSweep();
const swept = analyse(manifest, events);

describe('a sweep over threads', () => {
  it('compares cells of one thread count only', () => {
    expect(swept.groups.map(({ threads, batch }) => [batch, threads])).toEqual([
      [1, 1],
      [1, 2],
    ]);
    for (const group of swept.groups) {
      expect(group.ranking.map(({ target }) => target)).toHaveLength(5);
      expect(group.comparisons).toHaveLength(4);
    }
  });

  it('has a line for every target, and a speed-up from the rounds of both', () => {
    const [sweep, ...more] = sweepsOf(swept);
    expect(more).toEqual([]);
    expect(sweep).toMatchObject({
      axis: 'threads',
      values: [1, 2],
      identity: { workload: 'lenet5', batch: 1 },
    });
    const line = sweep?.lines.find(({ target }) => target === 'onnxruntime/cpu');
    const [one, two] = line?.points ?? [];
    expect(one).toMatchObject({ at: 1, speedUp: { value: 1, low: 1 }, efficiency: { value: 1 } });
    // 62 µs with one, 1450 µs with two.
    const speedUp = two?.speedUp;
    expect(speedUp?.low).toBeLessThan(62 / 1450);
    expect(speedUp?.high).toBeGreaterThan(62 / 1450);
    expect(two?.efficiency?.value).toBeCloseTo((speedUp?.value ?? 0) / 2);
    expect(speedUp?.rounds).toBe(10);
  });

  it('gives what is not ok its state in place of a number', () => {
    const line = sweepsOf(swept)[0]?.lines.find(({ target }) => target === 'jax/cpu');
    expect(line?.points).toEqual([]);
    expect([...(line?.missing ?? [])].map(([at, { state }]) => [at, state])).toEqual([
      [1, 'unavailable'],
      [2, 'unavailable'],
    ]);
  });

  it('knows the settings of each thread count, and says where they are not alike', () => {
    const threadsOf = (target: string) =>
      swept.cells
        .filter((cell) => cell.target === target)
        .map((cell) => settingsOf(cell, swept.targets).threads);
    expect(threadsOf('pytorch/cpu')).toEqual([1, 2]);
    expect(threadsOf('convnetjs/js')).toEqual([1, 1]);
    const [one, two] = swept.groups.map(({ comparisons }) =>
      comparisons.find(({ target }) => target === 'convnetjs/js'),
    );
    expect(one?.notLikeForLike.join()).not.toContain('thread');
    expect(two?.notLikeForLike.join()).toContain('convnetjs/js computes with 1 thread, onnxruntime/cpu');
    expect(runDifferences(swept)).toContainEqual(
      expect.stringMatching(/^with 2 threads: threads: 2 \(onnxruntime\/cpu, pytorch\/cpu\); 1 \(/),
    );
  });

  it('takes starts of the fewest threads: others are not rounds of the same', () => {
    const { targets } = analyse(...(Object.values(fixtureRun()) as Parameters<typeof analyse>));
    expect(swept.targets.map(({ spawnMs }) => spawnMs?.value)).toEqual(
      targets.map(({ spawnMs }) => spawnMs?.value),
    );
  });
});

describe('other sweeps', () => {
  const plain = analyse(...(Object.values(fixtureRun()) as Parameters<typeof analyse>));

  it('of batches, where a workload has two in one mode', () => {
    const sweeps = sweepsOf(plain);
    expect(
      sweeps.map(({ axis, identity: { workload, mode }, values }) => [axis, workload, mode, values]),
    ).toEqual([['batch', 'lenet5', 'inference', [1, 64]]]);
    const [point] = sweeps[0]?.lines.find(({ target }) => target === 'pytorch/cpu')?.points.slice(1) ?? [];
    expect(point?.throughput).toEqual(point?.cell.metrics.itemsPerSecond);
    expect(point?.speedUp).toBeNull();
  });

  it('of lengths counts steps', () => {
    const cells = plain.cells
      .filter(({ workload, mode }) => workload === 'lenet5' && mode === 'inference')
      .map((cell) => ({ ...cell, batch: 1, length: cell.batch === 1 ? 28 : 64 }));
    const [sweep] = sweepsOf({ ...plain, cells });
    expect(sweep).toMatchObject({ axis: 'length', values: [28, 64] });
    const point = sweep?.lines[0]?.points[0];
    expect(point?.throughput.value).toBeCloseTo(28 * (point?.cell.metrics.itemsPerSecond.value ?? 0));
  });

  it('none where only one place has a result', () => {
    const cells = plain.cells.filter(({ batch, state }) => batch === 1 || state !== 'ok');
    expect(sweepsOf({ ...plain, cells })).toEqual([]);
  });
});
