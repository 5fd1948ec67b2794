import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { binomialCdf, clopperPearson } from '../../../common/statistics/binomial.js';
import { holm } from '../../../common/statistics/holm.js';
import { hodgesLehmann } from '../../../common/statistics/interval.js';
import { median, quantile } from '../../../common/statistics/quantiles.js';
import {
  hodgesLehmannShift,
  rankSumDistribution,
  rankSumInterval,
} from '../../../common/statistics/rank-sum.js';
import {
  criticalPosition,
  highestLevel,
  signDistribution,
  signedRankInterval,
} from '../../../common/statistics/signed-rank.js';

interface Fixtures {
  intervals: { values: number[]; estimate: number; level: number; interval: [number, number] }[];
  rankSum: { first: number[]; second: number[]; shift: number; interval: [number, number] }[];
  holm: { p: number[]; adjusted: number[] }[];
  clopperPearson: { successes: number; trials: number; level: number; interval: [number, number] }[];
  quantiles: { values: number[]; share: number; quantile: number }[];
}
/** Written by make_fixtures.py beside it. */
const fixtures = JSON.parse(readFileSync(new URL('fixtures.json', import.meta.url), 'utf8')) as Fixtures;

describe('published tables', () => {
  // Largest T at which the two-sided test rejects: McCornack, JASA 60 (1965), table 1.
  const criticalT = {
    0.95: { 6: 0, 7: 2, 8: 3, 9: 5, 10: 8, 11: 10, 12: 13, 13: 17, 14: 21, 15: 25, 20: 52, 25: 89 },
    0.99: { 8: 0, 9: 1, 10: 3, 11: 5, 12: 7, 13: 9, 14: 12, 15: 15, 20: 37, 25: 68 },
  };
  for (const [level, table] of Object.entries(criticalT)) {
    it(`signed-rank critical values at ${level}`, () => {
      for (const [n, critical] of Object.entries(table)) {
        expect([n, criticalPosition(Number(n), Number(level))]).toEqual([n, critical + 1]);
      }
    });
  }

  it('gives no interval where the tables have no critical value', () => {
    expect([1, 2, 3, 4, 5].map(highestLevel)).toEqual([null, null, null, null, null]);
    expect([6, 7, 8, 20].map(highestLevel)).toEqual([0.95, 0.95, 0.99, 0.99]);
    expect(signedRankInterval([1, 2, 3, 4, 5])).toBeNull();
    expect(signedRankInterval([])).toBeNull();
  });

  it('Mann–Whitney critical U, two-sided', () => {
    // Milton, JASA 59 (1964): the largest U at which the test rejects.
    const table = [
      [5, 5, 0.95, 2],
      [8, 8, 0.95, 13],
      [10, 10, 0.95, 23],
      [20, 20, 0.95, 127],
      [8, 8, 0.99, 7],
      [10, 10, 0.99, 16],
      [20, 20, 0.99, 105],
    ] as const;
    for (const [m, n, level, critical] of table) {
      const distribution = rankSumDistribution(m, n);
      const tail = (u: number) => distribution.slice(0, u + 1).reduce((a, b) => a + b, 0);
      expect(tail(critical)).toBeLessThanOrEqual((1 - level) / 2);
      expect(tail(critical + 1)).toBeGreaterThan((1 - level) / 2);
    }
  });
});

describe('against SciPy and brute force', () => {
  it('intervals are the centres that the exact test keeps', () => {
    for (const { values, estimate, level, interval } of fixtures.intervals) {
      expect(hodgesLehmann(values)).toBeCloseTo(estimate, 12);
      const found = signedRankInterval(values);
      expect(found?.level).toBe(level);
      expect(found?.low).toBeCloseTo(interval[0], 12);
      expect(found?.high).toBeCloseTo(interval[1], 12);
    }
  });

  it('two-sample shift and interval', () => {
    for (const { first, second, shift, interval } of fixtures.rankSum) {
      expect(hodgesLehmannShift(first, second)).toBeCloseTo(shift, 12);
      const found = rankSumInterval(first, second);
      expect(found?.level).toBe(0.99);
      expect(found?.low).toBeCloseTo(interval[0], 12);
      expect(found?.high).toBeCloseTo(interval[1], 12);
    }
    expect(rankSumInterval([1, 2], [3, 4])).toBeNull();
    expect(rankSumInterval([], [1, 2, 3])).toBeNull();
  });

  it('Holm is closed testing with Bonferroni', () => {
    for (const { p, adjusted } of fixtures.holm) {
      holm(p).forEach((value, index) => {
        expect(value).toBeCloseTo(adjusted[index]!, 12);
      });
    }
  });

  it('Clopper–Pearson', () => {
    for (const { successes, trials, level, interval } of fixtures.clopperPearson) {
      const found = clopperPearson(successes, trials, level);
      expect(found.low).toBeCloseTo(interval[0], 9);
      expect(found.high).toBeCloseTo(interval[1], 9);
    }
    expect(() => clopperPearson(2, 1)).toThrow(RangeError);
    expect(() => clopperPearson(0, 0)).toThrow(RangeError);
    expect([binomialCdf(0, 5, 0), binomialCdf(4, 5, 1), binomialCdf(5, 5, 1)]).toEqual([1, 0, 1]);
  });

  it('type 7 quantiles', () => {
    for (const { values, share, quantile: expected } of fixtures.quantiles) {
      expect(quantile(values, share)).toBeCloseTo(expected, 12);
    }
    expect(median([])).toBeNaN();
  });
});

it('null distributions sum to one and are symmetric', () => {
  for (const distribution of [signDistribution([1, 2, 3, 4, 5, 6, 7]), rankSumDistribution(4, 7)]) {
    expect(distribution.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    [...distribution].reverse().forEach((value, index) => {
      expect(value).toBeCloseTo(distribution[index]!, 14);
    });
  }
});
