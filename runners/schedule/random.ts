/**
 * Seeded pseudo-random numbers for the schedule: the same seed gives the same order on every machine.
 *
 * Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, far more than shuffling a few cells needs.
 */
export type Random = () => number;

/** Uniform in [0, 1), from a 32-bit seed. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A stream of its own for every (seed, purpose): resuming in round 5 needs the order of round 5, whatever was drawn
 * before. FNV-1a folds the purpose into the seed.
 */
export function randomFor(seed: number, ...purpose: readonly (string | number)[]): Random {
  let hash = 0x811c9dc5 ^ seed;
  for (const character of purpose.join('/')) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return seededRandom(hash);
}

/** A shuffled copy (Fisher–Yates). */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const pick = Math.floor(random() * (last + 1));
    const [a, b] = [result[last] as T, result[pick] as T];
    result[last] = b;
    result[pick] = a;
  }
  return result;
}
