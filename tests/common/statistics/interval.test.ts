/** The page computes intervals from critical values alone: they have to be those of the methods themselves. */
import { describe, expect, it } from 'vitest';
import { centreOf } from '../../../common/statistics/interval.js';
import {
  adaptiveLooks,
  fixedSampling,
  intervalOf,
  sequentialSampling,
} from '../../../common/statistics/sampling.js';
import { levelAtEnd } from '../../../common/statistics/sequential.js';
import { signedRankIntervalAt } from '../../../common/statistics/signed-rank.js';
import { studentInterval } from '../../../common/statistics/student.js';
import { seededRandom } from '../../reports/random.js';

const random = seededRandom(7);
const values = (count: number) => Array.from({ length: count }, () => 0.3 + 0.05 * random.normal());

describe('the interval by its critical value', () => {
  it.each([
    [2, null],
    [3, 0.95],
    [5, 0.95],
    [6, 0.95],
    [8, 0.99],
    [20, 0.99],
  ])('of %i values, their number fixed beforehand, is the one at %f', (count, level) => {
    const given = values(count);
    const found = intervalOf(fixedSampling, given);
    const direct = level && (signedRankIntervalAt(given, level) ?? studentInterval(given, level));
    expect(found).toEqual(direct);
    expect(fixedSampling.critical(count)?.level ?? null).toBe(level);
  });

  it.each([3, 8, 12, 60])('of %i values from looks is at the level of their look', (count) => {
    const given = values(count);
    const level = levelAtEnd(adaptiveLooks, count)!;
    const direct = signedRankIntervalAt(given, level) ?? studentInterval(given, level);
    expect(intervalOf(sequentialSampling(adaptiveLooks), given)).toEqual({ ...direct, level: 0.95 });
  });
});

it('the standard error is that of the sample', () => {
  // Deviations −1, 0 and 1: the variance is 1, its mean's a third.
  expect(centreOf([1, 2, 3])).toEqual({ centre: 2, error: Math.sqrt(1 / 3) });
});
