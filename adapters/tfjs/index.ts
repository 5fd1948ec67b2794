/**
 * TensorFlow.js in Node: its plain JavaScript backend, WebAssembly, and TensorFlow's C library. Models are functional
 * models of the Layers API; this file is the descriptor and imports nothing of the framework.
 */
import {
  type Framework,
  type Graph,
  type Mode,
  type NodeTarget,
  supported,
  unsupported,
} from '../adapter.js';
import { planLayers } from '../lowering/plan.js';
import { supportOf } from '../lowering/refusal.js';
import { addon } from './addon.js';
import { missingGradientKernel } from './wasm-gradients.js';

const common = {
  host: 'node',
  modes: { inference: supported, training: supported },
  precisions: ['float32'],
  environment: () => ({}),
} satisfies Partial<NodeTarget>;

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
      supports: (graph, mode) => supportOf(() => planLayers(graph, mode)),
      open: async (budget) => (await import('./open.js')).openJs(budget),
    },
    {
      ...common,
      name: 'tfjs/wasm',
      summary: 'WebAssembly backend (XNNPACK kernels, SIMD), Layers API, in Node',
      packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'],
      supports: supportsWasm,
      open: async (budget) => (await import('./open.js')).openWasm(budget),
    },
    {
      ...common,
      name: 'tfjs/node',
      summary: "TensorFlow's own C library (oneDNN and Eigen kernels), Layers API, in Node",
      packages: ['@tensorflow/tfjs-node', '@tensorflow/tfjs'],
      addon,
      supports: (graph, mode) => supportOf(() => planLayers(graph, mode)),
      environment: ({ threads }) => ({
        TF_NUM_INTRAOP_THREADS: String(threads),
        TF_NUM_INTEROP_THREADS: '1',
        // Warnings and errors stay, as with TensorFlow in Python.
        TF_CPP_MIN_LOG_LEVEL: '1',
      }),
      open: async (budget) => (await import('./open.js')).openNode(budget),
    },
  ],
};
export default framework;

function supportsWasm(graph: Graph, mode: Mode) {
  const support = supportOf(() => planLayers(graph, mode));
  if (!support.supported || mode === 'inference') return support;
  const missing = missingGradientKernel(planLayers(graph, mode));
  if (!missing) return support;
  return unsupported(
    `the WebAssembly backend of TensorFlow.js has no kernel ${missing.kernel}, which the gradient of ${missing.operator} needs`,
  );
}
