/**
 * TensorFlow.js in Node: its plain JavaScript backend, WebAssembly, and TensorFlow's C library. What consists of layers of the Layers
 * API is a functional model, anything else a function of the operations of TensorFlow.js (`model.ts`). This file is the descriptor
 * and imports nothing of the framework; what each backend has is in `capabilities.ts`.
 */
import { type Framework, type NodeTarget, supported } from '../adapter.js';
import { lower } from '../lowering/lower.js';
import { tensorflowEnvironment } from '../tensorflow/environment.js';
import { addon } from './addon.js';
import { type Backend, tfjsCapabilities } from './capabilities.js';
import { tfjsInTraining } from './training-capabilities.js';

const common = {
  host: 'node',
  device: 'cpu',
  isDefault: true,
  modes: { inference: supported, training: supported },
  precisions: ['float32'],
  generates: true,
  optimisers: ['sgd', 'adam', 'rmsprop'],
  losses: ['softmax-cross-entropy', 'policy-gradient', 'huber'],
  environment: () => ({}),
} satisfies Partial<NodeTarget>;

/** Training is apart: there every operation needs its gradient. */
function lowererOf(backend: Backend): NodeTarget['lower'] {
  const [inference, training] = [tfjsCapabilities(backend), tfjsInTraining(backend)];
  return (graph, mode) => lower(graph, mode, mode === 'training' ? training : inference);
}

const framework: Framework = {
  name: 'tfjs',
  title: 'TensorFlow.js',
  homepage: 'https://www.tensorflow.org/js',
  targets: [
    {
      ...common,
      name: 'tfjs/js',
      summary: 'plain JavaScript backend, Layers API, in Node',
      packages: ['@tensorflow/tfjs'],
      lower: lowererOf('cpu'),
      open: async (budget) => (await import('./open.js')).openJs(budget),
    },
    {
      ...common,
      name: 'tfjs/wasm',
      summary: 'WebAssembly backend (XNNPACK kernels, SIMD), Layers API, in Node',
      packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'],
      lower: lowererOf('wasm'),
      open: async (budget) => (await import('./open.js')).openWasm(budget),
    },
    {
      ...common,
      name: 'tfjs/node',
      summary: "TensorFlow's own C library (oneDNN and Eigen kernels), Layers API, in Node",
      packages: ['@tensorflow/tfjs-node', '@tensorflow/tfjs'],
      addon,
      lower: lowererOf('tensorflow'),
      environment: tensorflowEnvironment,
      open: async (budget) => (await import('./open.js')).openNode(budget),
    },
  ],
};
export default framework;
