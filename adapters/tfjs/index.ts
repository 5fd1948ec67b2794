/**
 * TensorFlow.js: its plain JavaScript backend and WebAssembly in Node and in a page, TensorFlow's C library in Node, WebGL and WebGPU
 * in a page. What consists of layers of the Layers API is a functional model, anything else a function of the operations of
 * TensorFlow.js (`model.ts`). This file is the descriptor and imports nothing of the framework; what each backend has is in
 * `capabilities.ts`.
 */
import { type Framework, type NodeTarget, supported, type Target } from '../adapter.js';
import { lower } from '../lowering/lower.js';
import { inBrowsers, type PageTarget } from '../page/targets.js';
import { tensorflowEnvironment } from '../tensorflow/environment.js';
import { addon } from './addon.js';
import { type Backend, tfjsCapabilities } from './capabilities.js';
import { tfjsInTraining } from './training-capabilities.js';

const common = {
  modes: { inference: supported, training: supported },
  precisions: ['float32'],
  generates: true,
  optimisers: ['sgd', 'adam', 'rmsprop'],
  losses: ['softmax-cross-entropy', 'policy-gradient', 'huber'],
  environment: () => ({}),
} satisfies Partial<Target>;

const inNode = { host: 'node', isDefault: true } as const;

/** Training is apart: there every operation needs its gradient. */
function lowererOf(backend: Backend): Target['lower'] {
  const [inference, training] = [tfjsCapabilities(backend), tfjsInTraining(backend)];
  return (graph, mode) => lower(graph, mode, mode === 'training' ? training : inference);
}

/** Of every target in a page. */
const module = new URL('./page.js', import.meta.url);

const js = {
  ...common,
  name: 'tfjs/js',
  summary: 'plain JavaScript backend, Layers API',
  device: 'cpu',
  packages: ['@tensorflow/tfjs'],
  lower: lowererOf('cpu'),
} satisfies Partial<NodeTarget & PageTarget>;

const wasm = {
  ...common,
  name: 'tfjs/wasm',
  summary: 'WebAssembly backend (XNNPACK kernels, SIMD), Layers API',
  device: 'cpu',
  packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'],
  lower: lowererOf('wasm'),
} satisfies Partial<NodeTarget & PageTarget>;

const webgl: PageTarget = {
  ...common,
  name: 'tfjs/webgl',
  summary: 'WebGL backend, Layers API',
  device: 'webgl',
  packages: ['@tensorflow/tfjs'],
  lower: lowererOf('webgl'),
  module,
};

const webgpu: PageTarget = {
  ...common,
  name: 'tfjs/webgpu',
  summary: 'WebGPU backend, Layers API',
  device: 'webgpu',
  packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-webgpu'],
  lower: lowererOf('webgpu'),
  module,
};

const framework: Framework = {
  name: 'tfjs',
  title: 'TensorFlow.js',
  homepage: 'https://www.tensorflow.org/js',
  targets: [
    {
      ...js,
      ...inNode,
      summary: `${js.summary}, in Node`,
      open: async () => (await import('./open.js')).openJs(),
    },
    {
      ...wasm,
      ...inNode,
      summary: `${wasm.summary}, in Node`,
      open: async (budget) => (await import('./open.js')).openWasm(budget),
    },
    {
      ...common,
      ...inNode,
      name: 'tfjs/node',
      summary: "TensorFlow's own C library (oneDNN and Eigen kernels), Layers API, in Node",
      device: 'cpu',
      packages: ['@tensorflow/tfjs-node', '@tensorflow/tfjs'],
      addon,
      lower: lowererOf('tensorflow'),
      environment: tensorflowEnvironment,
      open: async () => (await import('./node.js')).openNode(),
    },
    ...[{ ...js, module }, { ...wasm, module }, webgl, webgpu].flatMap((target) =>
      inBrowsers(target, { workers: true }),
    ),
  ],
};
export default framework;
