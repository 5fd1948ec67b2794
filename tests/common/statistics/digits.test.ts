import { describe, expect, it } from 'vitest';
import { digits } from '../../../common/statistics/digits.js';

describe('digits of a wide interval', () => {
  it('never print a bound above zero as zero', () => {
    expect(digits({ value: 11.2, low: 5.8, high: 28 })).toEqual({ value: '10', low: '5', high: '30' });
    expect(digits({ value: 1.1, low: 0.24, high: 1.8 })).toEqual({ value: '1.1', low: '0.2', high: '1.8' });
  });
  it('leave a bound that is zero or below as it is', () => {
    expect(digits({ value: 1, low: -0.4, high: 3 }).low).toBe('-1');
    expect(digits({ value: 1, low: 0, high: 3 }).low).toBe('0');
  });
});
