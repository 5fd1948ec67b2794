import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adaptiveLooks } from '../../../common/statistics/sampling.js';
import { levelAtEnd, lookAt } from '../../../common/statistics/sequential.js';

const alpha = 1 - adaptiveLooks.level;
const spentAt = (rounds: number, clockEnds: readonly number[] = []) =>
  1 - (levelAtEnd(adaptiveLooks, rounds, clockEnds) ?? Number.NaN);

describe('the error that a pair spends', () => {
  it('at the end of the clock is most of what the looks left', () => {
    // The look at 3 has spent a quarter, and the clock four fifths of the rest.
    expect(spentAt(4, [4])).toBeCloseTo(alpha * 0.75 * 0.8, 12);
    expect(spentAt(4)).toBeCloseTo(alpha * 0.75 * 0.25, 12);
    // What left at the first look is judged as it was.
    expect(spentAt(3, [4])).toBeCloseTo(alpha * 0.25, 12);
  });

  it('in a round that the clock broke off is that of its end', () => {
    expect(spentAt(5, [4])).toBe(spentAt(4, [4]));
  });

  it('before the first look is nothing', () => {
    expect(levelAtEnd(adaptiveLooks, 2, [2])).toBeNull();
  });

  it('is never more than all of it, however often the clock ends the run and it goes on', () => {
    const ends = fc.uniqueArray(fc.integer({ min: 3, max: 59 }), { maxLength: 6 });
    fc.assert(
      fc.property(ends, (drawn) => {
        const clockEnds = [...drawn].sort((one, other) => one - other);
        let spent = 0;
        for (let rounds = 3; rounds <= 60; rounds++) {
          const before = clockEnds.filter((end) => end < rounds);
          // At the end of the clock the same rounds are looked at again: the wider interval holds wherever the other does.
          if (clockEnds.includes(rounds)) spent += spentAt(rounds, [...before, rounds]);
          else if (lookAt(adaptiveLooks, rounds)) spent += spentAt(rounds, [...before, 61]);
        }
        expect(spent).toBeLessThanOrEqual(alpha + 1e-12);
      }),
    );
  });
});
