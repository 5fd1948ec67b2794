import { describe, expect, it } from 'vitest';
import {
  studentInterval,
  studentP,
  valuesToNarrow,
  valuesToReach,
} from '../../../common/statistics/student.js';

describe("Student's t", () => {
  it('gives the textbook interval', () => {
    // t(0.975, 2) = 4.30265, of 1, 2, 3: 2 ± 4.30265 / √3.
    const { low, high, level } = studentInterval([1, 2, 3], 0.95)!;
    expect(level).toBe(0.95);
    expect(low).toBeCloseTo(2 - 4.30265 / Math.sqrt(3), 4);
    expect(high).toBeCloseTo(2 + 4.30265 / Math.sqrt(3), 4);
  });

  it('gives the textbook p-value', () => {
    // t = 2 / (1 / √3) = 3.4641 with 2 degrees of freedom.
    expect(studentP([1, 2, 3])).toBeCloseTo(0.07418, 4);
    expect(studentP([-1, 0, 1])).toBe(1);
    expect(studentP([2, 2, 2])).toBe(0);
  });

  it('agrees with its interval', () => {
    const values = [0.01, 0.03, 0.02, 0.025];
    for (const level of [0.9, 0.99, 0.999]) {
      const { low } = studentInterval(values, level)!;
      expect(studentP(values) <= 1 - level).toBe(low > 0);
    }
  });

  it('says nothing of fewer than three', () => {
    expect(studentInterval([1, 2], 0.95)).toBeNull();
    expect(studentP([1, 2])).toBe(1);
  });

  it('says how many values would reach a p-value', () => {
    const values = [0.02, 0.04, 0.0, 0.02];
    const needed = valuesToReach(values, 0.001, 200)!;
    expect(needed).toBeGreaterThan(values.length);
    // As many values with the same centre and deviation do, and one fewer do not.
    const like = (count: number) =>
      Array.from({ length: count }, (_, index) => 0.02 + (index % 2 === 0 ? 1 : -1) * 0.0163);
    const even = needed + (needed % 2);
    expect(studentP(like(even))).toBeLessThanOrEqual(0.001);
    expect(studentP(like(even - 4))).toBeGreaterThan(0.001);
    expect(valuesToReach([0.001, -0.001, 0.0001], 1e-9, 200)).toBeNull();
  });

  it('says how many values would have an interval of a width', () => {
    const like = (count: number) => Array.from({ length: count }, (_, index) => (index % 2 === 0 ? 1 : -1));
    const widthOf = (count: number) => {
      const { low, high } = studentInterval(like(count), 0.95)!;
      return high - low;
    };
    const known = { count: 4, width: widthOf(4), level: 0.95 };
    const needed = valuesToNarrow(known, 1, 200)!;
    // The deviation of so few is a little larger than that of more.
    expect(widthOf(needed)).toBeLessThanOrEqual(1);
    expect(widthOf(needed - 6)).toBeGreaterThan(1);
    expect(valuesToNarrow(known, known.width, 200)).toBe(4);
    expect(valuesToNarrow(known, 1e-3, 200)).toBeNull();
    expect(valuesToNarrow({ ...known, count: 2 }, 1, 200)).toBeNull();
  });
});
