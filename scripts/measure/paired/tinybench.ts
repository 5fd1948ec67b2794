/**
 * tinybench, as a user of it times a call, with Node's nanosecond clock and without its own warm-up.
 *
 * It reads very short iterations too high: between two of them it does more than a bare loop (its own clock, its list of samples,
 * a promise for what is asynchronous), which cools caches and branch predictors, and each sample has a whole call of the clock in it.
 * ONNX Runtime's LeNet-5 at batch 1, 32 µs an iteration, read 1.027 times what a bare loop read. Below about 100 µs the bare loop is
 * the reference.
 */
import { Bench } from 'tinybench';
import { at } from '../../../common/at.js';
import type { Call, Contender } from './contenders.js';

export function tinybench(call: Call, buffers: number): Contender {
  return async (iterations) => {
    const bench = new Bench({
      iterations,
      time: 0,
      warmup: false,
      timestampProvider: 'hrtimeNow',
      throws: true,
    });
    let iteration = 0;
    bench.add('call', () => call(iteration++ % buffers));
    const { result } = at(await bench.run(), 0, 'tinybench tasks');
    if (result.state !== 'completed') throw new Error(`tinybench: the task is ${result.state}`);
    return result.latency.mean * 1e6;
  };
}
