import { describe, expect, it } from 'vitest';
import { digits } from '../../../common/statistics/digits.js';

describe('digits of a wide interval', () => {
  it('are two at least, so that the larger of two values never looks the smaller', () => {
    expect(digits({ value: 147, low: 50, high: 400 }).value).toBe('150');
    expect(digits({ value: 143, low: 80, high: 230 }).value).toBe('140');
    expect(digits({ value: 3.4, low: 1, high: 12 })).toEqual({ value: '3.4', low: '1.0', high: '12.0' });
  });
  it('never print a bound above zero as zero', () => {
    expect(digits({ value: 11.2, low: 0.8, high: 28 })).toEqual({ value: '11', low: '0.8', high: '28' });
    expect(digits({ value: 1.1, low: 0.024, high: 1.8 })).toEqual({ value: '1.1', low: '0.02', high: '1.8' });
  });
  it('leave a bound that is zero or below as it is', () => {
    expect(digits({ value: 1, low: -0.44, high: 3 }).low).toBe('-0.5');
    expect(digits({ value: 1, low: 0, high: 3 }).low).toBe('0.0');
  });
  it('print no bound of a ratio as 1 that is not', () => {
    expect(digits({ value: 13, low: 1.04, high: 222 }, 1)).toEqual({ value: '13', low: '1.04', high: '222' });
    expect(digits({ value: 0.8, low: 0.5, high: 0.996 }, 1)).toEqual({
      value: '0.80',
      low: '0.50',
      high: '0.996',
    });
    expect(digits({ value: 13, low: 0.9, high: 222 }, 1).low).toBe('0');
    expect(digits({ value: 2, low: 1 + 1e-30, high: 3 }, 1).low).toBe('1.0');
  });
});
