/**
 * Adapters with a known slowdown, for `npm run measure:power`: ConvNetJS and ONNX Runtime, and behind every timed call
 * extra arithmetic for so many percent of what that call took. Real work on the processor, not a sleep, and in
 * proportion to the call, so the truth is known whatever the machine does. `slowed/<base>-0` has the same code around it
 * and no extra work: what the others are held against.
 */

import {
  type Framework,
  isNodeTarget,
  type Model,
  type NodeTarget,
  type OpenFramework,
} from '../../../adapters/adapter.js';
import convnetjs from '../../../adapters/convnetjs/index.js';
import onnxruntime from '../../../adapters/onnxruntime/index.js';

export const slowdowns = [0, 2, 5, 10] as const;

const bases = { convnetjs: convnetjs.targets[0], onnxruntime: onnxruntime.targets[0] };

const framework: Framework = {
  name: 'slowed',
  title: 'Known slowdowns',
  homepage: 'npm run measure:power',
  targets: Object.entries(bases).flatMap(([base, target]) =>
    target && isNodeTarget(target) ? slowdowns.map((percent) => slowed(base, target, percent)) : [],
  ),
};
export default framework;

function slowed(base: string, target: NodeTarget, percent: number): NodeTarget {
  return {
    ...target,
    name: `slowed/${base}-${percent}`,
    summary: `${target.name} with ${percent} % of extra work`,
    open: async (budget) => around(await target.open(budget), percent / 100),
  };
}

function around(inner: OpenFramework, share: number): OpenFramework {
  const { loadTraining } = inner;
  return {
    describe: () => inner.describe(),
    async loadInference(model) {
      const loaded = await inner.loadInference(model);
      return delegating(loaded, { run: slower((buffer) => loaded.run(buffer), share) });
    },
    ...(loadTraining && {
      async loadTraining(model: Model) {
        const loaded = await loadTraining(model);
        return delegating(loaded, { step: slower((buffer) => loaded.step(buffer), share) });
      },
    }),
  };
}

/** The timed call, and extra work behind it. */
function slower<T>(call: (buffer: number) => T | Promise<T>, share: number): (buffer: number) => Promise<T> {
  return async (buffer) => {
    const startMs = performance.now();
    const result = await call(buffer);
    work(startMs, share);
    return result;
  };
}

/** The model with one method of another make; the others stay its own. */
function delegating<T extends object>(model: T, own: Partial<T>): T {
  return Object.assign(Object.create(model) as T, own);
}

let sink = 0;

/** Arithmetic until `share` of the time since `startMs` has passed once more. */
function work(startMs: number, share: number): void {
  const nowMs = performance.now();
  const untilMs = nowMs + (nowMs - startMs) * share;
  let value = sink;
  while (performance.now() < untilMs) {
    for (let i = 0; i < 16; i++) value = Math.fround(value * 0.999 + 1.5);
  }
  // Kept, so that no compiler can find that nobody wants it.
  sink = value;
}
