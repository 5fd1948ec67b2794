import { expect, it } from 'vitest';
import {
  countedPairs,
  type KnownPair,
  openPairs,
  precisionAt,
} from '../../../common/statistics/precision.js';

/** A pair with an interval of so much on both sides. */
const pair = (value: number, half: number | null, adjustedP = 1): KnownPair => ({
  ratio: {
    value,
    low: half === null ? null : value / (1 + half),
    high: half === null ? null : value * (1 + half),
  },
  adjustedP,
});

/** The open pairs of three, each as `first-second`. */
function openOf(middle: KnownPair, last: KnownPair, neighbours: KnownPair, precision = 0.05) {
  const pairs: Record<string, KnownPair> = { '1-0': middle, '2-0': last, '2-1': neighbours };
  const open = openPairs(3, (first, second) => pairs[`${first}-${second}`]!, precision);
  return open.map(({ first, second }) => `${first}-${second}`);
}

it('asks less of what is more than three times slower', () => {
  expect([1, 3, 3.01].map((ratio) => precisionAt(ratio, 0.05))).toEqual([0.05, 0.05, 0.2]);
});

it('has decided what is known as well as was asked', () => {
  expect(openOf(pair(1.5, 0.04), pair(4, 0.19), pair(2.7, 0.18, 0.001))).toEqual([]);
  expect(openOf(pair(1.5, 0.06), pair(4, 0.21), pair(2.7, 0.18, 0.001))).toEqual(['1-0', '2-0']);
});

it('has decided neighbours that are told apart, however roughly their ratio is known', () => {
  expect(openOf(pair(1.5, 0.04), pair(2, 0.04), pair(1.33, 0.2, 0.01))).toEqual([]);
  expect(openOf(pair(1.5, 0.04), pair(2, 0.04), pair(1.33, 0.2, 0.06))).toEqual(['2-1']);
});

it('takes neighbours for equal only where their difference may be smaller than was asked', () => {
  expect(openOf(pair(1.5, 0.04), pair(1.53, 0.04), pair(1.02, 0.04))).toEqual([]);
  expect(openOf(pair(1.5, 0.04), pair(1.8, 0.04), pair(1.2, 0.04))).toEqual(['2-1']);
});

it('is open without an interval, and where there is nothing to compare there are no pairs', () => {
  expect(openOf(pair(1.5, null), pair(2, 0.04), pair(1.33, 0.04, 0.01))).toEqual(['1-0']);
  expect([0, 1, 2, 15].map(countedPairs)).toEqual([0, 0, 1, 27]);
});
