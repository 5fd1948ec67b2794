/** TensorFlow.js on TensorFlow's own C library: `@tensorflow/tfjs-node`. */
import { readdirSync, readFileSync } from 'node:fs';
import util from 'node:util';
import type { TensorInfo } from '@tensorflow/tfjs';
import type { Configuration, OpenFramework } from '../adapter.js';
import { common, opened, useBackend, versionsOf } from './open.js';
import type { Tf } from './tf.js';

/** What the backend keeps of its addon and calls its library with; not in its types. */
interface Backend {
  readonly binding: { readonly TF_Version: string; readonly TF_ATTR_TYPE: number; readonly TF_INT32: number };
  executeSingleOutput(name: string, attributes: readonly object[], inputs: readonly TensorInfo[]): TensorInfo;
}

/** Node 23 took away what the package calls. */
const utilities = util as { isNullOrUndefined?: (value: unknown) => boolean };

export async function openNode(): Promise<OpenFramework> {
  const tf = await importNode();
  await useBackend(tf, 'tensorflow');
  return opened(tf, () => {
    const { version, path } = libtensorflow(tf);
    return {
      versions: { ...versionsOf(tf, 'tfjs-node'), libtensorflow: version },
      device: 'cpu',
      configuration: { ...common(tf), ...configurationOfNode(tf), libtensorflow: path ?? version },
    };
  });
}

async function importNode(): Promise<Tf> {
  utilities.isNullOrUndefined ??= (value) => value === null || value === undefined;
  const tf = (await import('@tensorflow/tfjs-node')).default as unknown as Tf;
  registerBitwiseAnd(tf);
  return tf;
}

/** The library has the operation and the package forgot the kernel, which is written as its own ones are. */
function registerBitwiseAnd(tf: Tf): void {
  const [kernelName, backendName] = ['BitwiseAnd', 'tensorflow'];
  if (tf.getKernel(kernelName, backendName)) return;
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc({ inputs: { a, b }, backend }) {
      if (!a || !b) throw new Error('BitwiseAnd lacks an operand');
      const { binding, executeSingleOutput } = backend as Backend;
      const type = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_INT32 };
      return executeSingleOutput.call(backend, kernelName, [type], [a, b]);
    },
  });
}

/** Version of the C library, and the file that is loaded in fact. */
function libtensorflow(tf: Tf): { readonly version: string; readonly path: string | null } {
  const { binding } = tf.backend() as unknown as Backend;
  return { version: binding.TF_Version, path: loadedLibrary() };
}

function configurationOfNode(tf: Tf) {
  return {
    threads: computingThreads(),
    instructionSet: null,
    kernelLibrary: usesOneDnn() ? 'oneDNN, Eigen' : 'Eigen',
    arithmetic: 'float32',
    flushToZero: flushesToZero(tf),
  } satisfies Partial<Configuration>;
}

/** TensorFlow names the threads that compute; it has no call that tells their number. Null where they cannot be seen. */
function computingThreads(): number | null {
  try {
    const names = readdirSync('/proc/self/task').map((thread) =>
      readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim(),
    );
    return names.filter((name) => name === 'tf_Compute').length || null;
  } catch {
    return null;
  }
}

/** On by default on x86 since TensorFlow 2.9; this is the switch that it reads. */
function usesOneDnn(): boolean {
  return process.env.TF_ENABLE_ONEDNN_OPTS !== '0' && process.arch === 'x64';
}

/** Found by computing some. */
function flushesToZero(tf: Tf): boolean {
  return tf.tidy(() =>
    tf
      .fill([1 << 16], 2e-38)
      .mul(0.25)
      .dataSync()
      .includes(0),
  );
}

function loadedLibrary(): string | null {
  try {
    const line = readFileSync('/proc/self/maps', 'utf8')
      .split('\n')
      .find((candidate) => /libtensorflow(_cc)?\.so/.test(candidate));
    return line?.slice(line.indexOf('/')) ?? null;
  } catch {
    return null;
  }
}
