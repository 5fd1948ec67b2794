import { describe, expect, it } from 'vitest';
import { decidePairs, rankRanges } from '../../../common/statistics/ranking.js';

/** All pairs of what takes these times, with the p-value of those that differ. */
function pairs(times: readonly number[], p: number) {
  return times.flatMap((time, first) =>
    times.slice(0, first).map((other, second) => ({
      ...{ first, second, logRatio: Math.log(time / other) },
      p: time === other ? 0.9 : p,
    })),
  );
}

const ranges = (times: readonly number[], p = 1e-6) => rankRanges(times.length, decidePairs(pairs(times, p)));

describe('ranks', () => {
  it('are exact where every pair is told apart', () => {
    expect(ranges([3, 1, 2])).toEqual([
      [3, 3],
      [1, 1],
      [2, 2],
    ]);
  });

  it('span those that are not told apart from each other', () => {
    expect(ranges([1, 2, 2, 5])).toEqual([
      [1, 1],
      [2, 3],
      [2, 3],
      [4, 4],
    ]);
  });

  it('need no chain: the middle one of three may be apart from neither', () => {
    const chain = decidePairs([
      { first: 1, second: 0, logRatio: 0.02, p: 0.4 },
      { first: 2, second: 1, logRatio: 0.02, p: 0.4 },
      { first: 2, second: 0, logRatio: 0.04, p: 0.001 },
    ]);
    expect(rankRanges(3, chain)).toEqual([
      [1, 2],
      [1, 3],
      [2, 3],
    ]);
  });

  it('share one error: what one pair alone would decide, one of many does not', () => {
    expect(ranges([1, 2], 0.02)).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(ranges([1, 1, 1, 2], 0.02).at(-1)).toEqual([1, 4]);
  });

  it('follow from the pairs between: what met in too few rounds is told apart by its neighbours', () => {
    const steps = [
      { first: 1, second: 0, logRatio: 0.2, p: 0.001 },
      { first: 2, second: 1, logRatio: 0.2, p: 0.002 },
      { first: 2, second: 0, logRatio: 0.4, p: null },
    ];
    const decided = decidePairs(steps);
    expect(decided.map(({ adjustedP }) => adjustedP)).toEqual([0.003, 0.004, 0.004]);
    expect(rankRanges(3, decided)).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    // The other way round nothing follows.
    const [up, down, ends] = decidePairs(
      steps.map((pair, index) => (index === 1 ? { ...pair, logRatio: -0.2 } : pair)),
    );
    expect([up?.adjustedP, down?.adjustedP, ends?.adjustedP]).toEqual([0.003, 0.004, null]);
  });

  it('are all possible without p-values', () => {
    const unknown = pairs([1, 2], 1).map((pair) => ({ ...pair, p: null }));
    expect(rankRanges(2, decidePairs(unknown))).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });
});
