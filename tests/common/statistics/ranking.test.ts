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

  it('are all possible without p-values', () => {
    const unknown = pairs([1, 2], 1).map((pair) => ({ ...pair, p: null }));
    expect(rankRanges(2, decidePairs(unknown))).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });
});
