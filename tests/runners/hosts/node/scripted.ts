/**
 * A scripted framework whose outputs and losses are known exactly, and which does what real ones do: writes its output
 * over the last one, and finds its own losses at times to be no numbers.
 */
import {
  type Framework,
  type InferenceModel,
  type Model,
  type NodeTarget,
  supported,
  type TrainingModel,
} from '../../../../adapters/adapter.js';

/** `y = x + w`, into one and the same array every time. */
function adding({ inputs, weights }: Model): InferenceModel<Float32Array> {
  const w = Number(weights.w?.data[0]);
  const y = new Float32Array(1);
  return {
    run(buffer) {
      y[0] = Number(inputs[buffer]?.x?.data[0]) + w;
      return y;
    },
    read: (output) => ({ y: { type: 'float32', shape: [1], data: output } }),
    configuration: { layout: 'NCHW' },
    dispose: () => undefined,
  };
}

/** The weight grows by one a step; the loss is the buffer plus a tenth of the weight, and NaN from `nanFrom` on. */
function counting(nanFrom: number): TrainingModel {
  let steps = 0;
  const weights = () => ({ w: { type: 'float32' as const, shape: [1], data: Float32Array.of(steps) } });
  return {
    step: (buffer) => (steps >= nanFrom ? Number.NaN : buffer + steps++ / 10),
    reset: () => {
      steps = 0;
    },
    output: () => weights(),
    gradients: () => weights(),
    weights,
    dispose: () => undefined,
  };
}

const unknown = { threads: null, interOpThreads: null, instructionSet: null, kernelLibrary: null };
const configuration = { ...unknown, execution: null, layout: null, arithmetic: null, flushToZero: null };

export function scriptedTarget(
  name: 'scripted/sound' | 'scripted/nan' | 'scripted/inference-only',
): NodeTarget {
  return {
    name,
    summary: 'scripted',
    host: 'node',
    device: 'cpu',
    packages: [],
    modes: { inference: supported, training: supported },
    precisions: ['float32'],
    lower: () => ({ plan: { form: 'nothing' } }),
    environment: () => ({}),
    open: async () => ({
      describe: () => ({ versions: { scripted: '1.2.3' }, device: 'cpu', configuration }),
      loadInference: adding,
      ...(name === 'scripted/inference-only'
        ? {}
        : { loadTraining: () => counting(name === 'scripted/nan' ? 2 : Number.POSITIVE_INFINITY) }),
    }),
  };
}

const framework: Framework = {
  name: 'scripted',
  title: 'Scripted',
  homepage: '',
  targets: (['scripted/sound', 'scripted/nan', 'scripted/inference-only'] as const).map(scriptedTarget),
};
export default framework;
