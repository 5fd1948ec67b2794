/**
 * TensorFlow.js in Node: its plain JavaScript backend, WebAssembly, and TensorFlow's C library. Models are functional
 * models of the Layers API; this file is the descriptor and imports nothing of the framework.
 */
import {
  type Framework,
  type Graph,
  type Mode,
  type NodeTarget,
  type Support,
  supported,
} from '../adapter.js';
import type { PlannedLayer } from '../lowering/layer-plan.js';
import { planLayers } from '../lowering/plan.js';
import { refuse, supportOf } from '../lowering/refusal.js';
import { addon } from './addon.js';
import { missingKernels } from './wasm-gradients.js';

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
      supports: (graph, mode) =>
        supportOfLayers(graph, mode, mode === 'training' ? [dilated, averageOfPads] : []),
      open: async (budget) => (await import('./open.js')).openJs(budget),
    },
    {
      ...common,
      name: 'tfjs/wasm',
      summary: 'WebAssembly backend (XNNPACK kernels, SIMD), Layers API, in Node',
      packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'],
      supports: (graph, mode) => supportOfLayers(graph, mode, mode === 'training' ? [missingKernel] : []),
      open: async (budget) => (await import('./open.js')).openWasm(budget),
    },
    {
      ...common,
      name: 'tfjs/node',
      summary: "TensorFlow's own C library (oneDNN and Eigen kernels), Layers API, in Node",
      packages: ['@tensorflow/tfjs-node', '@tensorflow/tfjs'],
      addon,
      supports: (graph, mode) =>
        supportOfLayers(graph, mode, mode === 'training' ? [dilated, paddedPooling] : [paddedPooling]),
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

/** Says what of a layer a backend lacks, or nothing. */
type Check = (layer: PlannedLayer) => string | undefined;

function supportOfLayers(graph: Graph, mode: Mode, checks: readonly Check[]): Support {
  return supportOf(() => {
    for (const layer of planLayers(graph, mode).layers) {
      const lacking = checks.map((check) => check(layer)).find((found) => found !== undefined);
      if (lacking !== undefined) refuse(lacking);
    }
  });
}

/** `dist/gradients/Conv2D_grad.js` of tfjs-core 4.22.0 refuses them. */
function dilated({ definition, node }: PlannedLayer): string | undefined {
  const isDilated = definition.kind === 'conv2d' && definition.dilationRate.some((rate) => rate > 1);
  return isDilated ? `TensorFlow.js has no gradient of Conv (${node}) with dilations` : undefined;
}

/** `dist/nodejs_kernel_backend.js` of tfjs-node 4.22.0 knows TensorFlow's two paddings only. */
function paddedPooling({ definition, node }: PlannedLayer): string | undefined {
  const isPadded = definition.kind === 'paddedMaxPooling2d' || definition.kind === 'paddedAveragePooling2d';
  const operator = definition.kind === 'paddedMaxPooling2d' ? 'MaxPool' : 'AveragePool';
  return isPadded ? `tfjs-node has no ${operator} (${node}) with pads other than valid and same` : undefined;
}

/**
 * `AvgPoolGrad` of tfjs-backend-cpu 4.22.0 divides by the whole window where a part of it is padding, which its forward
 * kernel does not count; found by `npm run conformance`.
 */
function averageOfPads({ definition, node }: PlannedLayer): string | undefined {
  const isPadded =
    definition.kind === 'paddedAveragePooling2d' ||
    (definition.kind === 'averagePooling2d' && definition.padding === 'same');
  return isPadded ? `the gradient of AveragePool (${node}) in plain JavaScript counts pads` : undefined;
}

function missingKernel({ definition }: PlannedLayer): string | undefined {
  const missing = missingKernels[definition.kind];
  return (
    missing &&
    `the WebAssembly backend of TensorFlow.js has no kernel ${missing.kernel}, which the gradient of ${missing.operator} needs`
  );
}
