/**
 * Adapters with a known slowdown, for `npm run measure:power`: ConvNetJS and ONNX Runtime, and behind every timed call
 * extra arithmetic for so many percent of what that call took. Real work on the processor, not a sleep, and in
 * proportion to the call, so the truth is known whatever the machine does. `slowed/<base>-0` has the same code around it
 * and no extra work: what the others are held against.
 */

import type {
  Framework,
  InferenceModel,
  NodeTarget,
  OpenFramework,
  TrainingModel,
} from '../../../adapters/adapter.js';
import convnetjs from '../../../adapters/convnetjs/index.js';
import onnxruntime from '../../../adapters/onnxruntime.js';

export const slowdowns = [0, 2, 5, 10] as const;

const bases = { convnetjs: convnetjs.targets[0], onnxruntime: onnxruntime.targets[0] };

const framework: Framework = {
  name: 'slowed',
  title: 'Known slowdowns',
  homepage: 'npm run measure:power',
  targets: Object.entries(bases).flatMap(([base, target]) =>
    target?.host === 'node' ? slowdowns.map((percent) => slowed(base, target, percent)) : [],
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
    loadInference: async (model) => inference(await inner.loadInference(model), share),
    ...(loadTraining ? { loadTraining: async (model) => training(await loadTraining(model), share) } : {}),
  };
}

function inference(model: InferenceModel, share: number): InferenceModel {
  return delegating(model, {
    async run(buffer: number) {
      const startMs = performance.now();
      const output = await model.run(buffer);
      work(startMs, share);
      return output;
    },
  });
}

function training(model: TrainingModel, share: number): TrainingModel {
  return delegating(model, {
    async step(buffer: number) {
      const startMs = performance.now();
      const loss = await model.step(buffer);
      work(startMs, share);
      return loss;
    },
  });
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
