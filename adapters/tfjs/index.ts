/**
 * TensorFlow.js in Node, on its plain JavaScript backend and on its WebAssembly backend. The graph becomes a functional
 * model of its layers API; inference is `predict`, training `trainOnBatch`.
 */
import { createRequire } from 'node:module';
import {
  type Description,
  type Framework,
  type Graph,
  type Mode,
  type NodeTarget,
  type OpenFramework,
  type Support,
  supported,
  unsupported,
} from '../adapter.js';
import type { Tf } from './build.js';
import { missingForTraining } from './kernels.js';
import { loadInference, loadTraining } from './models.js';
import { planModel, Unlowerable } from './plan.js';

type Wasm = typeof import('@tensorflow/tfjs-backend-wasm');

const common = {
  host: 'node',
  precisions: ['float32'],
  modes: { inference: supported, training: supported },
  environment: () => ({}),
} as const;

const framework: Framework = {
  name: 'tfjs',
  title: 'TensorFlow.js',
  homepage: 'https://www.tensorflow.org/js',
  targets: [
    {
      ...common,
      name: 'tfjs/js',
      summary: 'its plain JavaScript backend (`cpu`), in Node',
      packages: ['@tensorflow/tfjs'],
      supports,
      open: () => open('cpu'),
    },
    {
      ...common,
      name: 'tfjs/wasm',
      summary: 'its WebAssembly backend (XNNPACK kernels, SIMD), in Node',
      packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'],
      supports: supportsWasm,
      open: () => open('wasm'),
    },
  ] satisfies NodeTarget[],
};
export default framework;

function supports(graph: Graph, mode: Mode): Support {
  try {
    planModel(graph, mode);
    return supported;
  } catch (error) {
    if (error instanceof Unlowerable) return unsupported(error.message);
    throw error;
  }
}

function supportsWasm(graph: Graph, mode: Mode): Support {
  const missing = mode === 'training' ? missingForTraining(graph) : [];
  if (missing.length === 0) return supports(graph, mode);
  return unsupported(`TensorFlow.js’s WebAssembly backend has no kernel ${missing.join(', ')}`);
}

/** By `require`, as its documentation does in Node: both packages then share one copy of its core. */
async function open(backend: 'cpu' | 'wasm'): Promise<OpenFramework> {
  const require = createRequire(import.meta.url);
  const tf = require('@tensorflow/tfjs') as Tf;
  const wasm = backend === 'wasm' ? (require('@tensorflow/tfjs-backend-wasm') as Wasm) : undefined;
  if (!(await tf.setBackend(backend)))
    throw new Error(`TensorFlow.js could not start its ${backend} backend`);
  await tf.ready();
  return {
    describe: () => describe(tf, wasm),
    loadInference: (model) => loadInference(tf, model),
    loadTraining: (model) => loadTraining(tf, model),
  };
}

async function describe(tf: Tf, wasm: Wasm | undefined): Promise<Description> {
  const simd = wasm !== undefined && (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) === true;
  const threaded = wasm !== undefined && (await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')) === true;
  return {
    versions: { tfjs: tf.version.tfjs, ...(wasm ? { 'tfjs-backend-wasm': wasm.version_wasm } : {}) },
    configuration: {
      threads: wasm ? wasm.getThreadsCount() : 1,
      interOpThreads: 1,
      instructionSet: wasm ? (simd ? 'wasm simd128' : 'wasm') : 'scalar',
      kernelLibrary: wasm ? 'XNNPACK (WebAssembly)' : 'plain JavaScript',
      execution: 'eager',
      layout: 'NHWC',
      // JavaScript computes in float64 and rounds what it stores in Float32Arrays.
      arithmetic: wasm ? 'float32' : 'float64 rounded to float32',
      flushToZero: false,
      backend: tf.getBackend(),
      multithreading: threaded,
    },
  };
}
