/**
 * The timed loop: two clock reads around exactly one call, everything else outside them.
 *
 * tinybench drives it; samples are our own, because tinybench's include its wrapper and come back sorted. On a shared
 * 2-core machine with Node 20, the median sample of the null target was 40 to 90 ns in this arrangement and 40 to 70 ns
 * in a plain loop (150 to 270 ns where the target is asynchronous), and the whole iteration 0.7 to 2.1 µs against 0.2
 * to 0.9 µs: both far below the 5 µs that the harness allows itself. The difference is outside the samples; it is in
 * the CPU time of a turn.
 */
import { Bench } from 'tinybench';

/** Stop once both minimums are reached, or either maximum. At least one iteration is made. */
export interface Limits {
  readonly minIterations: number;
  readonly minNs: number;
  readonly maxIterations: number;
  readonly maxNs: number;
}

export interface Timing {
  /** In collection order. */
  readonly samplesNs: number[];
  /** CPU time of the whole process during the loop, user and system. */
  readonly cpuNs: number;
}

/** Told after each iteration, outside its sample, what it returned. */
export type AfterIteration<Output> = (output: Output, iteration: number, isLast: boolean) => void;

/** Times `call(0)`, `call(1)`, … one after the other. What returns no promise is not awaited inside its sample. */
export async function timeLoop<Output>(
  call: (iteration: number) => Output | Promise<Output>,
  limits: Limits,
  after: AfterIteration<Output>,
): Promise<Timing> {
  const samplesNs: number[] = [];
  const done = new AbortController();
  let cpuNs = 0;
  const finish = (begin: bigint, end: bigint, output: Output) => {
    const iteration = samplesNs.push(Number(end - begin)) - 1;
    const isLast = isEnough(iteration + 1, Number(end - loopBegin), limits);
    after(output, iteration, isLast);
    if (!isLast) return;
    const { user, system } = process.cpuUsage(cpuBegin);
    cpuNs = (user + system) * 1000;
    done.abort();
  };
  const iterate = () => {
    const begin = process.hrtime.bigint();
    const output = call(samplesNs.length);
    if (isPromise(output)) return output.then((settled) => finish(begin, process.hrtime.bigint(), settled));
    return finish(begin, process.hrtime.bigint(), output);
  };
  // `async` holds for targets of either kind: tinybench then awaits between iterations, after their samples.
  const bench = new Bench({
    time: 0,
    iterations: Number.POSITIVE_INFINITY,
    warmup: false,
    throws: true,
    signal: done.signal,
  }).add('turn', iterate, { async: true });
  const cpuBegin = process.cpuUsage();
  const loopBegin = process.hrtime.bigint();
  await bench.run();
  return { samplesNs, cpuNs };
}

function isEnough(iterations: number, elapsedNs: number, limits: Limits): boolean {
  const satisfied = iterations >= limits.minIterations && elapsedNs >= limits.minNs;
  return satisfied || iterations >= limits.maxIterations || elapsedNs >= limits.maxNs;
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return value instanceof Promise;
}
