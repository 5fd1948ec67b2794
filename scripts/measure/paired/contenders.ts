/**
 * Several ways to time or to do the same work, in one process, in turn: what disturbs one disturbs the others. The
 * counterpart in Python is `touchstone_bridge/measure/contenders.py`. Nothing here needs Node: pages run it too.
 */
import { at } from '../../../common/at.js';
import { seededRandom, shuffled } from '../../../runners/schedule/random.js';
import type { Clock } from '../../../runners/worker/platform.js';
import { type Limits, type Timing, timeLoop } from '../../../runners/worker/timed-loop.js';

/** Runs that many iterations; nanoseconds per iteration. */
export type Contender = (iterations: number) => Promise<number>;

/** A call on one of the buffers in rotation, as adapters give it. */
export type Call = (buffer: number) => unknown;

/** How many blocks of each contender, of which length, and the time that all of them together may take. */
export interface Effort {
  readonly pairs: number;
  readonly blockNs: number;
  readonly budgetNs: number;
}

export type Measured =
  /** One entry for each round: nanoseconds per iteration of every contender, in the order of the contenders. */
  | { readonly state: 'measured'; readonly rounds: number[][] }
  /** An iteration is too long for the fewest rounds that give a 99 % interval. */
  | { readonly state: 'slow'; readonly iterationNs: number };

/** Rounds below which there is no interval at 99 %. */
export const minRounds = 8;

/** Rounds that the budget allows, at most `pairs`; undefined where those are fewer than an interval needs. */
export function roundsWithin(effort: Effort, contenders: number, blockNs: number): number | undefined {
  const affordable = Math.floor(effort.budgetNs / (contenders * blockNs));
  const rounds = Math.min(effort.pairs, affordable);
  return affordable < minRounds ? undefined : rounds;
}

/** An iteration that is longer is not measured: `roundsWithin` would refuse it. */
export function maxIterationNs(effort: Effort, contenders: number): number {
  return effort.budgetNs / (contenders * minRounds);
}

/** Share of all rounds that comes first and does not count: compilers are at work meanwhile. */
const warmUpShare = 0.1;

/** Rounds of one block of each contender, adjacent in time, in an order drawn anew for each round (seeded). */
export async function interleave(contenders: readonly Contender[], effort: Effort): Promise<Measured> {
  const first = at(contenders, 0, 'contenders');
  const { iterations, blockNs } = await calibrate(first, effort.blockNs);
  const count = roundsWithin(effort, contenders.length, blockNs);
  if (count === undefined) return { state: 'slow', iterationNs: blockNs / iterations };
  const random = seededRandom(1);
  const warmUp = Math.ceil(warmUpShare * count);
  const rounds: number[][] = [];
  for (let round = 0; round < warmUp + count; round++) {
    const times = contenders.map(() => Number.NaN);
    for (const place of shuffled([...contenders.keys()], random)) {
      times[place] = await at(contenders, place)(iterations);
    }
    rounds.push(times);
  }
  return { state: 'measured', rounds: rounds.slice(warmUp) };
}

/** As many iterations as a block of that length holds, at least 1, and how long such a block is. Warms up meanwhile. */
async function calibrate(contender: Contender, blockNs: number) {
  let fastestNs = await contender(1);
  const trials = fastestNs > blockNs ? 1 : 4;
  for (let trial = 0; trial < trials; trial++) fastestNs = Math.min(fastestNs, await contender(1));
  const guess = Math.max(1, Math.floor(blockNs / fastestNs));
  const settled = guess === 1 ? fastestNs : await contender(guess);
  const iterations = Math.max(1, Math.floor(blockNs / settled));
  return { iterations, blockNs: iterations * settled };
}

/** What a loop is timed with. */
export type Timer<Instant = unknown> = Pick<Clock<Instant>, 'now' | 'nsBetween' | 'tickNs'>;

/** The loop that anyone would write: one clock around many iterations. */
export function bareLoop<Instant>(call: Call, buffers: number, timer: Timer<Instant>): Contender {
  return async (iterations) => {
    const begin = timer.now();
    for (let iteration = 0; iteration < iterations; iteration++) {
      const output = call(iteration % buffers);
      if (output instanceof Promise) await output;
    }
    return perIteration(timer.nsBetween(begin, timer.now()), iterations, timer);
  };
}

/** Less than a tick is no time: a clock that stood still has not seen that nothing happened. */
export function perIteration(ns: number, iterations: number, { tickNs }: Pick<Timer, 'tickNs'>): number {
  return Math.max(ns, tickNs) / iterations;
}

/** The very loop that the worker runs in a turn, on all buffers in rotation. */
export function timeCalls<Instant>(
  clock: Clock<Instant>,
  call: Call,
  buffers: number,
  limits: Limits,
  batch?: number,
): Promise<Timing> {
  return timeLoop(
    clock,
    (iteration) => call(iteration % buffers),
    limits,
    () => undefined,
    batch,
  );
}

/**
 * The mean of the samples of the very loop that the worker runs in a turn.
 *
 * @param batch iterations that it times together, as the worker finds it for the clock
 */
export function ourClock<Instant>(call: Call, buffers: number, clock: Clock<Instant>, batch = 1): Contender {
  return async (iterations) => {
    const limits = {
      minIterations: iterations,
      minNs: 0,
      maxIterations: iterations,
      maxNs: Number.POSITIVE_INFINITY,
    };
    const { samplesNs } = await timeCalls(clock, call, buffers, limits, Math.min(batch, iterations));
    const meanNs = samplesNs.reduce((total, ns) => total + ns, 0) / samplesNs.length;
    return perIteration(meanNs * iterations, iterations, clock);
  };
}
