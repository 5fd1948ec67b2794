import { expect, it } from 'vitest';
import { largest, smallest } from '../../../common/statistics/extremes.js';

it('finds the extremes of more values than a call takes arguments', () => {
  const values = Array.from({ length: 500_000 }, (_, index) => Math.abs(index - 300_000) - 7);
  expect([smallest(values), largest(values)]).toEqual([-7, 299_993]);
  expect([smallest([]), largest([])]).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
});
