/** Imports TensorFlow.js, chooses its backend and describes what runs, in Node and in a page. */
import type { Budget, Configuration, Description, OpenFramework } from '../adapter.js';
import { loadInference } from './inference.js';
import type { Tf } from './tf.js';
import { loadTraining } from './training.js';

export async function openJs(): Promise<OpenFramework> {
  const tf = await import('@tensorflow/tfjs');
  await useBackend(tf, 'cpu');
  return opened(tf, () => ({
    versions: versionsOf(tf, 'tfjs-backend-cpu'),
    device: 'cpu',
    configuration: {
      ...common(tf),
      // One JavaScript thread computes everything.
      threads: 1,
      instructionSet: 'scalar',
      kernelLibrary: 'plain JavaScript',
      // Tensors hold float32; what happens between reading and storing them is JavaScript's own number.
      arithmetic: 'float64',
    },
  }));
}

/** @param binaries URLs of its binaries by the names of their files; Node finds them in the package */
export async function openWasm(
  budget: Budget,
  binaries?: Readonly<Record<string, string>>,
): Promise<OpenFramework> {
  const tf = await import('@tensorflow/tfjs');
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  if (binaries) wasm.setWasmPaths({ ...binaries });
  // Version 4.22.0 has no threads in Node, and half as many as there are processors in a page; what it uses is asked below.
  wasm.setThreadsCount(budget.threads);
  await useBackend(tf, 'wasm');
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  const multithread = await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT');
  return opened(tf, () => ({
    versions: { ...versionsOf(tf), 'tfjs-backend-wasm': wasm.version_wasm },
    device: 'cpu',
    configuration: {
      ...common(tf),
      threads: wasm.getThreadsCount(),
      instructionSet: simd ? 'wasm simd128' : 'wasm',
      kernelLibrary: 'XNNPACK',
      arithmetic: 'float32',
      wasmSimd: Boolean(simd),
      wasmThreads: Boolean(multithread),
    },
  }));
}

/** @param queues whether the backend queues its operations for a device */
export function opened(tf: Tf, describe: () => Description, queues = false): OpenFramework {
  return {
    describe,
    loadInference: (model) => loadInference(tf, model, queues),
    loadTraining: (model) => loadTraining(tf, model),
  };
}

/** A backend that does not come up is only a `false`, and another one may be taken for it. */
export async function useBackend(tf: Tf, name: string): Promise<void> {
  const chosen = await tf.setBackend(name);
  await tf.ready();
  if (!chosen || tf.getBackend() !== name) {
    throw new Error(`TensorFlow.js did not take its backend ${name} but ${tf.getBackend()}`);
  }
}

/** TensorFlow.js itself and what computes; it brings more packages, of the same version. */
export function versionsOf(tf: Tf, ...further: string[]): Record<string, string> {
  const known: Readonly<Record<string, string>> = tf.version;
  return Object.fromEntries(['tfjs', ...further].map((name) => [name, known[name] ?? 'unknown']));
}

export function common(tf: Tf) {
  return {
    interOpThreads: 1,
    execution: 'eager',
    layout: 'NHWC',
    // Neither JavaScript nor WebAssembly has a mode that flushes them.
    flushToZero: false,
    backend: tf.getBackend(),
    storage: 'float32',
  } satisfies Partial<Configuration>;
}
