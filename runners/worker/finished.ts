/**
 * Whether the device had finished when the clock of an iteration stopped. An output that was not there by then is waited for when it is
 * read, and not when it is read again: what the first reading takes longer was missing from the iterations before it.
 */
import type { InferenceModel } from '../../adapters/adapter.js';
import type { Clock } from './platform.js';
import { type AfterIteration, type Limits, type Timing, timeLoop } from './timed-loop.js';

/** The adapter's iterations are shorter than what they compute. */
export class UnfinishedError extends Error {
  override readonly name = 'UnfinishedError';
}

/** Share of the iterations that reading their last output may wait: less is the noise of a single reading. */
const maxShare = 0.25;
/** So much noise has any reading. */
const noiseNs = 100_000;
/** A reading that was interrupted, or that compiled something, is no proof: only what comes again is. */
const maxAttempts = 3;
/** An attempt after the first: long enough for the share to mean something, with few enough iterations for a device to catch up. */
const again: Limits = { minIterations: 1, minNs: 20e6, maxIterations: 200, maxNs: 20e6 };

export interface Loop<Output> {
  readonly limits: Limits;
  call(iteration: number): Output | Promise<Output>;
  readonly after: AfterIteration<Output>;
  /** Iterations between two reads of the clock. */
  readonly batch: number;
  /** Whether the first iteration is the model's first: what it compiles would hide what the others lack. */
  readonly isCold: boolean;
}

/**
 * A timed loop whose last output is read twice outside the clock, and which is repeated where it was waited for.
 *
 * @param read an output, without changing it
 * @returns the timing of the first loop
 * @throws UnfinishedError where every reading had to wait
 */
export async function finishedLoop<Output, Instant>(
  clock: Clock<Instant>,
  loop: Loop<Output>,
  read: (output: Output) => unknown,
): Promise<Timing> {
  const attempt = async (limits: Limits, isCold: boolean) => {
    let waitNs = 0;
    const timing = await timeLoop(
      clock,
      (iteration) => loop.call(iteration),
      limits,
      (output, iteration, isLast) => {
        if (isLast) waitNs = waitOf(clock, () => read(output));
        loop.after(output, iteration, isLast);
      },
      Math.min(loop.batch, limits.maxIterations),
    );
    return { timing, waitNs, timedNs: timedNs(timing, isCold) };
  };
  const isLate = (found: { waitNs: number; timedNs: number }) =>
    found.waitNs > 2 * clock.tickNs + Math.max(noiseNs, maxShare * found.timedNs);
  const first = await attempt(loop.limits, loop.isCold);
  let last = first;
  for (let attempts = 1; isLate(last) && attempts < maxAttempts; attempts++)
    last = await attempt(again, false);
  if (!isLate(last)) return first.timing;
  const inMs = (ns: number) => `${Number((ns / 1e6).toPrecision(2))} ms`;
  throw new UnfinishedError(
    `its device had not finished when the clock stopped: after iterations of ${inMs(last.timedNs)} reading the output waited ${inMs(last.waitNs)}; its adapter has to wait for the device`,
  );
}

/**
 * The timed loops of a model: they prove what `finishedLoop` does until it was seen on iterations that were not the model's first, and
 * only time from then on.
 */
export function provingLoops<Output>(
  clock: Clock,
  model: Pick<InferenceModel<Output>, 'run' | 'read'>,
  buffers: number,
): (limits: Limits, firstBuffer: number, after: AfterIteration<Output>, batch: number) => Promise<Timing> {
  let isCold = true;
  let isProved = false;
  return async (limits, firstBuffer, after, batch) => {
    const call = (iteration: number) => model.run((firstBuffer + iteration) % buffers);
    if (isProved) return timeLoop(clock, call, limits, after, batch);
    const timing = await finishedLoop(clock, { limits, call, after, batch, isCold }, (output) =>
      model.read(output),
    );
    isProved = !isCold || timing.samplesNs.length > 1;
    isCold = false;
    return timing;
  };
}

/** What the first reading takes longer than the second. */
function waitOf<Instant>(clock: Clock<Instant>, read: () => unknown): number {
  const begin = clock.now();
  read();
  const middle = clock.now();
  read();
  return Math.max(0, clock.nsBetween(begin, middle) - clock.nsBetween(middle, clock.now()));
}

function timedNs({ samplesNs, batch }: Timing, isCold: boolean): number {
  const counted = isCold && samplesNs.length > 1 ? samplesNs.slice(1) : samplesNs;
  return batch * counted.reduce((sum, ns) => sum + ns, 0);
}
