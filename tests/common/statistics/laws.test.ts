import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digits } from '../../../common/statistics/digits.js';
import { holm } from '../../../common/statistics/holm.js';
import { hodgesLehmann } from '../../../common/statistics/interval.js';
import { hodgesLehmannShift, rankSumInterval } from '../../../common/statistics/rank-sum.js';
import { signedRankInterval } from '../../../common/statistics/signed-rank.js';

const value = fc.double({ min: -1e3, max: 1e3, noNaN: true });
const sample = fc.array(value, { minLength: 8, maxLength: 16 });
const close = (actual: number | undefined, expected: number) => expect(actual).toBeCloseTo(expected, 6);

describe('what must hold for any sample', () => {
  it('shifting and scaling the sample shifts and scales estimate and interval', () => {
    fc.assert(
      fc.property(sample, value, fc.double({ min: 0.01, max: 100, noNaN: true }), (values, shift, scale) => {
        const moved = values.map((x) => x * scale + shift);
        const before = signedRankInterval(values)!;
        const after = signedRankInterval(moved)!;
        close(hodgesLehmann(moved), hodgesLehmann(values) * scale + shift);
        close(after.low, before.low * scale + shift);
        close(after.high, before.high * scale + shift);
      }),
    );
  });

  it('order does not matter', () => {
    fc.assert(
      fc.property(sample, (values) => {
        const reversed = [...values].reverse();
        const [before, after] = [signedRankInterval(values)!, signedRankInterval(reversed)!];
        // Zero and minus zero are one value, and sums may be rounded in another order.
        expect(after.low).toBeCloseTo(before.low, 12);
        expect(after.high).toBeCloseTo(before.high, 12);
      }),
    );
  });

  it('swapping the sides mirrors everything', () => {
    fc.assert(
      fc.property(sample, sample, (values, others) => {
        const mirrored = signedRankInterval(values.map((x) => -x))!;
        const straight = signedRankInterval(values)!;
        close(mirrored.low, -straight.high);
        close(mirrored.high, -straight.low);
        close(hodgesLehmannShift(values, others), -hodgesLehmannShift(others, values));
        close(rankSumInterval(values, others)!.low, -rankSumInterval(others, values)!.high);
      }),
    );
  });

  it('the interval holds the estimate', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: -500, max: 500 }), { minLength: 8, maxLength: 14 }),
        (whole) => {
          const values = whole.map((x) => x + Math.sqrt(2) / 10);
          const { low, high } = signedRankInterval(values)!;
          const estimate = hodgesLehmann(values);
          expect(low).toBeLessThanOrEqual(estimate);
          expect(high).toBeGreaterThanOrEqual(estimate);
        },
      ),
    );
  });

  it('Holm never lowers a p-value, keeps their order and stays within 1', () => {
    const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(pValues, (p) => {
        const adjusted = holm(p);
        p.forEach((raw, i) => {
          expect(adjusted[i]).toBeGreaterThanOrEqual(raw);
          expect(adjusted[i]).toBeLessThanOrEqual(1);
          p.forEach((other, j) => {
            if (raw < other) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j]!);
          });
        });
      }),
    );
  });
});

describe('digits', () => {
  it.each([
    [
      { value: 1.23456, low: 1.2, high: 1.27 },
      { value: '1.23', low: '1.20', high: '1.27' },
    ],
    [
      { value: 1.23456, low: 1.2341, high: 1.2352 },
      { value: '1.235', low: '1.234', high: '1.236' },
    ],
    [
      { value: 1234.5, low: 1100, high: 1300 },
      { value: '1200', low: '1100', high: '1300' },
    ],
    [
      { value: 3.4, low: 1, high: 12 },
      { value: '3.4', low: '1.0', high: '12.0' },
    ],
    [
      { value: 1.1, low: 1.1, high: 1.1 },
      { value: '1.100', low: '1.100', high: '1.100' },
    ],
    [
      { value: 0.0123, low: null, high: null },
      { value: '0.012', low: null, high: null },
    ],
    [
      { value: 0, low: null, high: null },
      { value: '0', low: null, high: null },
    ],
  ])('%j', (bounds, expected) => expect(digits(bounds)).toEqual(expected));

  it('the printed interval never claims more than the computed one', () => {
    const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(positive, positive, positive, (a, b, c) => {
        const [low, value_, high] = [a, b, c].sort((x, y) => x - y) as [number, number, number];
        const printed = digits({ value: value_, low, high });
        expect(Number(printed.low)).toBeLessThanOrEqual(low * (1 + 1e-8));
        expect(Number(printed.high)).toBeGreaterThanOrEqual(high * (1 - 1e-8));
      }),
    );
  });
});
