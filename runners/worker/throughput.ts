/** Turns of a model that queues: so many submissions to its device and one wait, timed as a whole. */
import type { Queue, Tensors } from '../../adapters/adapter.js';
import type { Results } from '../protocol/messages.js';
import { finishedLoop } from './finished.js';
import type { TurnRequest } from './loaded-model.js';
import type { Clock } from './platform.js';
import { batchFor, type Limits, timeLoop } from './timed-loop.js';

export interface QueuedMeans {
  readonly clock: Clock;
  readonly buffers: number;
  read(output: unknown): Tensors;
  release(output: unknown): void;
  /** Of the last iteration of a turn, for the audit. */
  keep(output: Tensors): void;
}

const twoWaits: Limits = {
  minIterations: 2,
  minNs: 0,
  maxIterations: 2,
  maxNs: Number.POSITIVE_INFINITY,
};

/** What answers a turn with `submissions`. */
export function queued(
  queue: Queue,
  { clock, buffers, read, release, keep }: QueuedMeans,
): (request: TurnRequest, submissions: number) => Promise<Results['turn']> {
  /** Waits that are timed together, so that the clock can tell their time; undefined before the first turn. */
  let waits: number | undefined;
  return async ({ minNs, maxIterations, firstBuffer }, submissions) => {
    const bufferOf = (iteration: number) => (firstBuffer + iteration) % buffers;
    const call = async (wait: number) => {
      const pending: unknown[] = [];
      for (let place = 0; place < submissions; place++) {
        const submitted = queue.submit(bufferOf(wait * submissions + place));
        pending.push(submitted instanceof Promise ? await submitted : submitted);
      }
      return queue.finish(pending);
    };
    // What is compiled or allocated at first is no part of a turn.
    const warm = { limits: twoWaits, call, after: release, batch: 1, isCold: true };
    waits ??= batchFor(clock, (await finishedLoop(clock, warm, read)).samplesNs);
    const maxWaits = Math.max(1, Math.floor(maxIterations / submissions));
    const limits = { minIterations: 1, minNs, maxNs: Number.POSITIVE_INFINITY, maxIterations: maxWaits };
    let last = 0;
    const timing = await timeLoop(
      clock,
      call,
      limits,
      (output, wait, isLast) => {
        if (isLast) keep(read(output));
        last = wait;
        release(output);
      },
      Math.min(waits, maxWaits),
    );
    return {
      samplesNs: timing.samplesNs.map((ns) => ns / submissions),
      batch: timing.batch * submissions,
      cpuNs: timing.cpuNs,
      auditBuffer: bufferOf((last + 1) * submissions - 1),
      losses: [],
      finite: true,
    };
  };
}
