/** Two ways of timing or doing the same work, in one process, in turn: what disturbs one disturbs the other. */
import { seededRandom } from '../../runners/schedule/random.js';

/** Runs that many iterations; nanoseconds per iteration. */
export type Contender = (iterations: number) => Promise<number>;

/** A call on one of the buffers in rotation, as adapters give it. */
export type Call = (buffer: number) => unknown;

/** `pairs` blocks of each, adjacent in time, the order within a pair drawn anew: [first, second]. */
export async function interleave(
  first: Contender,
  second: Contender,
  pairs: number,
  blockNs: number,
): Promise<[number, number][]> {
  const random = seededRandom(1);
  const iterations = await iterationsFor(first, blockNs);
  await second(iterations);
  const measured: [number, number][] = [];
  for (let pair = 0; pair < pairs; pair++) {
    if (random() < 0.5) {
      const one = await first(iterations);
      measured.push([one, await second(iterations)]);
    } else {
      const other = await second(iterations);
      measured.push([await first(iterations), other]);
    }
  }
  return measured;
}

/** The loop that anyone would write: one clock around many iterations. */
export function bareLoop(call: Call, buffers: number): Contender {
  return async (iterations) => {
    const begin = process.hrtime.bigint();
    for (let iteration = 0; iteration < iterations; iteration++) {
      const output = call(iteration % buffers);
      if (output instanceof Promise) await output;
    }
    return Number(process.hrtime.bigint() - begin) / iterations;
  };
}

/** So many that a block lasts about `blockNs`; at least 1. Warms up while it looks. */
async function iterationsFor(contender: Contender, blockNs: number): Promise<number> {
  let perIteration = Number.POSITIVE_INFINITY;
  for (let trial = 0; trial < 5; trial++) perIteration = Math.min(perIteration, await contender(1));
  const guess = Math.max(1, Math.floor(blockNs / perIteration));
  return Math.max(1, Math.floor(blockNs / (await contender(guess))));
}
