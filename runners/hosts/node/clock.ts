/**
 * The timed loop: two clock reads around exactly one call, everything else outside them. Python's is
 * `touchstone_bridge/clock.py`.
 *
 * A plain loop on purpose. Driven by tinybench 6.2, with the same two clock reads inside its task, what the library
 * does between iterations (promises, its own clock, its own list of samples) cooled caches and branch predictors:
 * ONNX Runtime's LeNet-5 at batch 1, 32 µs an iteration, read 1.027 [1.016, 1.038] times what a bare loop read, and
 * 1.006 [0.999, 1.012] from here (600 interleaved pairs of 3 ms; `npm run measure:fidelity` measures it again).
 */

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

/** Times `call(0)`, `call(1)`, … one after the other. What returns no promise is not awaited. */
export async function timeLoop<Output>(
  call: (iteration: number) => Output | Promise<Output>,
  limits: Limits,
  after: AfterIteration<Output>,
): Promise<Timing> {
  const now = process.hrtime.bigint;
  const samplesNs: number[] = [];
  const cpuBegin = process.cpuUsage();
  const loopBegin = now();
  for (let iteration = 0, isLast = false; !isLast; iteration++) {
    const begin = now();
    const returned = call(iteration);
    const output = returned instanceof Promise ? await returned : returned;
    const end = now();
    samplesNs.push(Number(end - begin));
    isLast = isEnough(iteration + 1, Number(end - loopBegin), limits);
    after(output, iteration, isLast);
  }
  const { user, system } = process.cpuUsage(cpuBegin);
  return { samplesNs, cpuNs: (user + system) * 1000 };
}

/** Time around calls that belong together. */
export interface Span {
  readonly spanNs: number;
  /** Of that, the first call. */
  readonly firstNs: number;
  readonly cpuNs: number;
}

/** Times `call(order[0])`, `call(order[1])`, … as one: two clock reads around all of them, and one behind the first. */
export async function timeSpan(
  call: (item: number) => number | Promise<number>,
  order: readonly number[],
): Promise<Span & { readonly outputs: Float64Array }> {
  const now = process.hrtime.bigint;
  const outputs = new Float64Array(order.length);
  const cpuBegin = process.cpuUsage();
  const begin = now();
  let first = begin;
  for (let place = 0; place < order.length; place++) {
    const returned = call(order[place] ?? 0);
    outputs[place] = returned instanceof Promise ? await returned : returned;
    if (place === 0) first = now();
  }
  const end = now();
  const { user, system } = process.cpuUsage(cpuBegin);
  return {
    spanNs: Number(end - begin),
    firstNs: Number(first - begin),
    cpuNs: (user + system) * 1000,
    outputs,
  };
}

function isEnough(iterations: number, elapsedNs: number, limits: Limits): boolean {
  const satisfied = iterations >= limits.minIterations && elapsedNs >= limits.minNs;
  return satisfied || iterations >= limits.maxIterations || elapsedNs >= limits.maxNs;
}
