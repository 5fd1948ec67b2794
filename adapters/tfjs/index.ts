/**
 * TensorFlow.js in Node: its plain JavaScript backend, WebAssembly, and TensorFlow's C library. Models are functional
 * models of the Layers API where its layers express them, and else its operations; this file is the descriptor and imports
 * nothing of the framework.
 */
import { type Framework, type NodeTarget, supported } from '../adapter.js';
import { inTraining, type LayerCheck, stridedAndDilated } from '../lowering/layers/layer-checks.js';
import { isDilated, type PlannedLayer } from '../lowering/layers/layer-plan.js';
import { addon } from './addon.js';
import { lowererOf } from './planner.js';
import { missingKernels } from './wasm-gradients.js';

const common = {
  host: 'node',
  device: 'cpu',
  modes: { inference: supported, training: supported },
  precisions: ['float32'],
  generates: true,
  optimisers: ['sgd', 'adam', 'rmsprop'],
  losses: ['softmax-cross-entropy', 'policy-gradient', 'huber'],
  environment: () => ({}),
} satisfies Partial<NodeTarget>;

/** Of every backend; what trains on WebAssembly has no convolution in the first place. */
const lacking: readonly LayerCheck[] = [
  stridedAndDilated('TensorFlow.js'),
  steepElu,
  inTraining(dilatedGradient),
  inTraining(otherBatch),
];

const lowerings = {
  js: lowererOf([...lacking, inTraining(averageOfPads)], 'cpu'),
  wasm: lowererOf(
    [...lacking, inTraining(missingKernel), inTraining(averageOfPads), inTraining(maximumOfPads)],
    'wasm',
  ),
  node: lowererOf([...lacking, paddedAverage], 'tensorflow'),
};

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
      lower: lowerings.js,
      open: async (budget) => (await import('./open.js')).openJs(budget),
    },
    {
      ...common,
      name: 'tfjs/wasm',
      summary: 'WebAssembly backend (XNNPACK kernels, SIMD), Layers API, in Node',
      packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'],
      lower: lowerings.wasm,
      open: async (budget) => (await import('./open.js')).openWasm(budget),
    },
    {
      ...common,
      name: 'tfjs/node',
      summary: "TensorFlow's own C library (oneDNN and Eigen kernels), Layers API, in Node",
      packages: ['@tensorflow/tfjs-node', '@tensorflow/tfjs'],
      addon,
      lower: lowerings.node,
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

/** `dist/gradients/Conv2D_grad.js` and `DepthwiseConv2dNative_grad.js` of tfjs-core 4.22.0 refuse them. */
function dilatedGradient({ definition, node }: PlannedLayer): string | undefined {
  const isConvolution = 'kernelSize' in definition && isDilated(definition);
  return isConvolution ? `TensorFlow.js has no gradient of Conv (${node}) with dilations` : undefined;
}

/** `dist/layers/advanced_activations.js` of tfjs-layers 4.22.0 refuses it. */
function steepElu({ definition, node }: PlannedLayer): string | undefined {
  return definition.kind === 'elu' && definition.alpha !== 1
    ? `TensorFlow.js has no Elu (${node}) with another alpha than 1`
    : undefined;
}

/** `trainOnBatch` wants as many labels as examples. */
function otherBatch({ definition, node }: PlannedLayer): string | undefined {
  const isOther =
    definition.kind === 'rebatch' || (definition.kind === 'concatenate' && definition.axis === 0);
  return isOther ? `TensorFlow.js trains no model in which ${node} makes another batch` : undefined;
}

/** `dist/nodejs_kernel_backend.js` of tfjs-node 4.22.0 knows TensorFlow's two paddings only. */
function paddedAverage({ definition, node }: PlannedLayer): string | undefined {
  return /^paddedAverage/.test(definition.kind)
    ? `tfjs-node has no AveragePool (${node}) with pads other than valid and same`
    : undefined;
}

/**
 * `AvgPoolGrad` of tfjs-backend-cpu and tfjs-backend-wasm 4.22.0 divides by the whole window where a part of it is padding,
 * which its forward kernel does not count; found by `npm run conformance` and by differences of its results.
 */
function averageOfPads({ definition, node }: PlannedLayer): string | undefined {
  const isAverage = /averagePooling/i.test(definition.kind);
  const isPadded = 'pads' in definition || ('padding' in definition && definition.padding === 'same');
  return isAverage && isPadded
    ? `the gradient of AveragePool (${node}) in TensorFlow.js counts pads`
    : undefined;
}

/** `MaxPoolGrad` of tfjs-backend-wasm 4.22.0 misplaces what comes from windows with more pads before than behind. */
function maximumOfPads({ definition, node }: PlannedLayer): string | undefined {
  if (!/^paddedMax/.test(definition.kind) || !('pads' in definition)) return undefined;
  const { pads } = definition;
  const isShifted = pads.some((before, axis) => before > (pads[axis + pads.length / 2] ?? before));
  return isShifted
    ? `the gradient of MaxPool (${node}) on WebAssembly misplaces pads that are longer before than behind`
    : undefined;
}

function missingKernel({ definition }: PlannedLayer): string | undefined {
  const missing = missingKernels[definition.kind];
  return (
    missing &&
    `the WebAssembly backend of TensorFlow.js has no kernel ${missing.kernel}, which the gradient of ${missing.operator} needs`
  );
}
