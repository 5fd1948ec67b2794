import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fanInWeights, uniform } from '../../model/random.js';

/** SplitMix64 as published, in arbitrary-precision integers. */
function splitMix(seed: number, name: string, count: number): number[] {
  const mask = (1n << 64n) - 1n;
  const key = createHash('sha256').update(`${seed}/${name}`).digest().readBigUInt64LE(0);
  return Array.from({ length: count }, (_, index) => {
    let word = (key + BigInt(index + 1) * 0x9e3779b97f4a7c15n) & mask;
    word = ((word ^ (word >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    word = ((word ^ (word >> 27n)) * 0x94d049bb133111ebn) & mask;
    return Math.fround(Number((word ^ (word >> 31n)) >> 11n) / 2 ** 53);
  });
}

describe('the random number generator', () => {
  it('is SplitMix64 in every bit', () => {
    for (const name of ['a', 'conv1.weight', 'fc'])
      expect([...uniform(7, name, 5000, 0, 1)]).toEqual(splitMix(7, name, 5000));
  });

  it('gives the bits of an independent implementation', () => {
    // Computed with Python's integers: SHA-256 of "0/weight", SplitMix64, 53 bits.
    expect([...uniform(0, 'weight', 4, 0, 1)]).toEqual(
      [0.317861651628653, 0.7098026123617651, 0.3575669620435512, 0.49598693699564067].map(Math.fround),
    );
  });

  it('makes element i depend on the seed, the name and i only', () => {
    const long = uniform(1, 'a', 1000, -1, 1);
    expect(uniform(1, 'a', 10, -1, 1)).toEqual(long.subarray(0, 10));
    expect(uniform(2, 'a', 10, -1, 1)).not.toEqual(long.subarray(0, 10));
    expect(uniform(1, 'b', 10, -1, 1)).not.toEqual(long.subarray(0, 10));
  });

  it('is uniform: bounds, mean, variance, and no correlation of neighbours', () => {
    const values = Array.from(uniform(3, 'x', 20_000, -2, 2));
    expect(values.every((value) => value >= -2 && value <= 2)).toBe(true);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    const neighbours = values.slice(1).reduce((sum, value, index) => sum + value * (values[index] ?? 0), 0);
    expect(Math.abs(mean)).toBeLessThan(0.04);
    expect(Math.abs(variance - 4 / 3)).toBeLessThan(0.04);
    expect(Math.abs(neighbours / values.length)).toBeLessThan(0.04);
  });

  it('scales weights by their fan-in', () => {
    const values = fanInWeights(0, 'w', 20_000, 50, 2);
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    expect(variance).toBeCloseTo(2 / 50, 3);
  });
});
