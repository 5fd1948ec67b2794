/** A device that computes what it is given in order, on a clock that only it and its host let pass. */
import type { InferenceModel, Queue, Tensors } from '../../../adapters/adapter.js';
import type { Clock } from '../../../runners/worker/platform.js';

export interface ScriptedClock extends Clock<number> {
  pass(ms: number): void;
}

/** Milliseconds that only the calls themselves let pass, and no CPU time: as in a browser. */
export function scriptedClock(tickNs = 5_000): ScriptedClock {
  let nowMs = 1000;
  return {
    now: () => nowMs,
    tickNs,
    nsBetween: (begin, end) => (end - begin) * 1e6,
    cpuNs: () => null,
    pass: (ms) => {
      nowMs += ms;
    },
  };
}

/** Of buffer b the output is 10 b. */
export interface DeviceModel extends InferenceModel<number> {
  readonly queue: Queue<number, number>;
  /** In order: `submit 0`, `wait`. */
  readonly events: string[];
}

/**
 * Each iteration takes the device 8 ms, and the host 1 ms to hand over.
 *
 * @param forgets what does not wait for the device: then only reading an output does
 */
export function deviceModel(
  clock: ScriptedClock,
  forgets: 'nothing' | 'run' | 'finish' = 'nothing',
): DeviceModel {
  const events: string[] = [];
  let doneMs = 0;
  const submit = (buffer: number) => {
    events.push(`submit ${buffer}`);
    clock.pass(1);
    doneMs = Math.max(doneMs, clock.now()) + 8;
    return buffer;
  };
  const wait = () => {
    events.push('wait');
    clock.pass(Math.max(0, doneMs - clock.now()));
  };
  return {
    events,
    run(buffer) {
      submit(buffer);
      if (forgets !== 'run') wait();
      return buffer;
    },
    queue: {
      submit,
      async finish(pending) {
        if (forgets !== 'finish') wait();
        return pending.at(-1) ?? Number.NaN;
      },
    },
    read(buffer): Tensors {
      clock.pass(Math.max(0, doneMs - clock.now()) + 0.5);
      return { y: { type: 'float32', shape: [1], data: Float32Array.of(10 * buffer) } };
    },
    dispose: () => undefined,
  };
}
