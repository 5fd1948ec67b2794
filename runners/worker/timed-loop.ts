/**
 * The timed loop: two clock reads around exactly one call, or around a few where the clock of a page cannot tell the time of
 * one, and everything else outside them. Python's is `touchstone_bridge/clock.py`.
 *
 * A plain loop on purpose. Driven by tinybench 6.2, with the same two clock reads inside its task, what the library
 * does between iterations (promises, its own clock, its own list of samples) cooled caches and branch predictors:
 * ONNX Runtime's LeNet-5 at batch 1, 32 µs an iteration, read 1.027 [1.016, 1.038] times what a bare loop read, and
 * 1.006 [0.999, 1.012] from here (600 interleaved pairs of 3 ms; `npm run measure:fidelity` measures it again).
 */

import { at } from '../../common/at.js';
import type { Clock } from './platform.js';
import { increase } from './witness.js';

/** Stop once both minimums are reached, or either maximum. At least one iteration is made. */
export interface Limits {
  readonly minIterations: number;
  readonly minNs: number;
  readonly maxIterations: number;
  readonly maxNs: number;
}

export interface Timing {
  /** In collection order: the mean of the iterations of each batch. */
  readonly samplesNs: number[];
  /** Iterations that each sample is the mean of. */
  readonly batch: number;
  /** CPU time of the whole process during the loop, user and system; null where the platform does not report it. */
  readonly cpuNs: number | null;
}

/** Called after each iteration, outside the clock, with what it returned. */
export type AfterIteration<Output> = (output: Output, iteration: number, isLast: boolean) => void;

/** How many ticks of its clock a sample has to take: its rounding is then half a percent at most. */
const minTicks = 200;
/** Outputs of a batch are all alive at once. */
const maxBatch = 4096;

/**
 * Iterations that are timed together, so that the clock can tell their time: 1 where it can tell that of a single one.
 *
 * @param warmNs what single iterations took by that clock. A time below a tick reads as none or one tick, and right on average
 */
export function batchFor({ tickNs }: Clock, warmNs: readonly number[]): number {
  const later = warmNs.length > 1 ? warmNs.slice(1) : warmNs;
  const meanNs = later.reduce((sum, ns) => sum + ns, 0) / later.length;
  return Math.min(maxBatch, Math.max(1, Math.ceil((minTicks * tickNs) / meanNs)));
}

/**
 * Times `call(0)`, `call(1)`, … one after the other. What returns no promise is not awaited.
 *
 * @param batch iterations between two reads of the clock, at most the maximum of iterations
 */
export async function timeLoop<Output, Instant>(
  clock: Clock<Instant>,
  call: (iteration: number) => Output | Promise<Output>,
  limits: Limits,
  after: AfterIteration<Output>,
  batch = 1,
): Promise<Timing> {
  const { now } = clock;
  const samplesNs: number[] = [];
  const cpuBegin = await clock.cpuNs();
  const loopBegin = now();
  for (let iteration = 0, isLast = false; !isLast; iteration += batch) {
    const earlier: Output[] = [];
    const begin = now();
    for (let place = 1; place < batch; place++) {
      const returned = call(iteration + place - 1);
      earlier.push(returned instanceof Promise ? await returned : returned);
    }
    const returned = call(iteration + batch - 1);
    const output = returned instanceof Promise ? await returned : returned;
    const end = now();
    samplesNs.push(clock.nsBetween(begin, end) / batch);
    isLast = isEnough(iteration + batch, clock.nsBetween(loopBegin, end), limits, batch);
    for (const [place, each] of earlier.entries()) after(each, iteration + place, false);
    after(output, iteration + batch - 1, isLast);
  }
  return { samplesNs, batch, cpuNs: increase(cpuBegin, await clock.cpuNs()) };
}

/** Time around calls that belong together. */
export interface Span {
  readonly spanNs: number;
  /** The part of it that is the first call. */
  readonly firstNs: number;
  readonly cpuNs: number | null;
}

/** Times `call(order[0])`, `call(order[1])`, … as one: two clock reads around all of them, and one behind the first. */
export async function timeSpan<Instant>(
  clock: Clock<Instant>,
  call: (item: number) => number | Promise<number>,
  order: readonly number[],
): Promise<Span & { readonly outputs: Float64Array }> {
  const { now } = clock;
  const outputs = new Float64Array(order.length);
  const cpuBegin = await clock.cpuNs();
  const begin = now();
  let first = begin;
  for (let place = 0; place < order.length; place++) {
    const returned = call(at(order, place));
    outputs[place] = returned instanceof Promise ? await returned : returned;
    if (place === 0) first = now();
  }
  const end = now();
  return {
    spanNs: clock.nsBetween(begin, end),
    firstNs: clock.nsBetween(begin, first),
    cpuNs: increase(cpuBegin, await clock.cpuNs()),
    outputs,
  };
}

function isEnough(iterations: number, elapsedNs: number, limits: Limits, batch: number): boolean {
  const satisfied = iterations >= limits.minIterations && elapsedNs >= limits.minNs;
  return satisfied || iterations + batch > limits.maxIterations || elapsedNs >= limits.maxNs;
}
