/** Targets that fail in one way each, named after it. Compiled, and given to Node workers by TOUCHSTONE_ADAPTER. */
import {
  type Framework,
  type InferenceModel,
  type NodeTarget,
  type OpenFramework,
  supported,
} from '../../../adapters/adapter.js';

const identity: InferenceModel<number> = {
  run: (buffer) => buffer,
  read: (buffer) => ({ output: { type: 'float32', shape: [1], data: Float32Array.of(buffer) } }),
  dispose: () => undefined,
};

/** A framework without a fault, of which each target spoils one part. */
const sound: OpenFramework = {
  describe: () => ({ versions: { faulty: '1' }, device: 'cpu', configuration: unknownConfiguration }),
  loadInference: () => identity,
};

const unknownConfiguration = {
  threads: null,
  interOpThreads: null,
  instructionSet: null,
  kernelLibrary: null,
  execution: null,
  layout: null,
  arithmetic: null,
  flushToZero: null,
};

const opens: Readonly<Record<string, () => Promise<OpenFramework> | OpenFramework>> = {
  'open-throws': () => {
    throw new TypeError('cannot set up', { cause: new RangeError('the setting is wrong') });
  },
  'addon-broken': () => {
    process.dlopen({ exports: {} }, '/dev/null');
    return sound;
  },
  'package-missing': () => import('there-is-no-such-package' as string) as Promise<OpenFramework>,
  'load-throws': () => ({
    ...sound,
    loadInference: () => {
      throw new Error('cannot lower', { cause: 'no reason given' });
    },
  }),
  'load-refuses': () => ({
    ...sound,
    loadInference: () => {
      throw Object.assign(new Error('Conv with dilations'), { name: 'UnsupportedError' });
    },
  }),
  'run-throws': () => failingIn(() => Promise.reject(new Error('cannot run'))),
  'run-throws-a-string': () => failingIn(() => Promise.reject('cannot run')),
  'run-crashes-later': () =>
    failingIn(() => {
      setTimeout(() => {
        throw new Error('lost in a callback');
      });
      return new Promise(() => undefined);
    }),
  'run-forgets-to-wait': () => ({ ...sound, loadInference: forgetting }),
  'buffer-exhausted': () => {
    new ArrayBuffer(2 ** 46);
    return sound;
  },
  'heap-exhausted': () => {
    const held: number[][] = [];
    for (;;) held.push(new Array<number>(100_000).fill(0.5));
  },
  'hangs-busy': () => {
    for (;;);
  },
};

/** A device that takes 5 ms for each iteration, which are handed to it without waiting: only reading waits. */
function forgetting(): InferenceModel<number> {
  let doneMs = 0;
  return {
    ...identity,
    run(buffer) {
      doneMs = Math.max(doneMs, performance.now()) + 5;
      return buffer;
    },
    read(buffer) {
      while (performance.now() < doneMs);
      return identity.read(buffer);
    },
  };
}

function failingIn(run: () => Promise<number>): OpenFramework {
  return { ...sound, loadInference: () => ({ ...identity, run }) };
}

export const faults = Object.keys(opens);

export function faultyTarget(fault: string): NodeTarget {
  const open = opens[fault];
  if (!open) throw new Error(`there is no fault ${fault}`);
  return {
    name: `faulty/${fault}`,
    summary: `fails: ${fault}`,
    host: 'node',
    device: 'cpu',
    packages: [],
    modes: { inference: supported, training: supported },
    precisions: ['float32'],
    lower: () => ({ plan: { form: 'nothing' } }),
    environment: () => ({}),
    open: async () => open(),
  };
}

const framework: Framework = {
  name: 'faulty',
  title: 'Faulty on purpose',
  homepage: '',
  targets: faults.map(faultyTarget),
};
export default framework;
