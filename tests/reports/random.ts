/** Seeded random numbers for simulations: mulberry32 and what can be drawn with it. */
export interface Random {
  uniform(): number;
  normal(): number;
  /** Student's t with two degrees of freedom: so heavy-tailed that it has no variance. */
  heavy(): number;
  integer(below: number): number;
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    uniform,
    normal,
    heavy: () => normal() / Math.sqrt(-Math.log(1 - uniform())),
    integer: (below) => Math.floor(uniform() * below),
  };
}
