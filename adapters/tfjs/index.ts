/**
 * TensorFlow.js in Node without native code: its plain JavaScript backend, and WebAssembly. Models are functional
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
