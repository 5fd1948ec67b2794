/** ONNX Runtime's package for the web, in Node and in a page. */
import type { InferenceSession } from 'onnxruntime-common';
import type { Budget, Device, OpenFramework } from '../adapter.js';
import { neuralDevice } from '../page/devices.js';
import { common, loadInference, type Ort } from './session.js';

/** How the execution providers of the package compute, where that is not as in Node. */
const providers = {
  wasm: { name: 'wasm', configuration: { kernelLibrary: 'MLAS', instructionSet: 'wasm simd128' } },
  webgpu: {
    name: 'webgpu',
    // With channels last, which is its default, version 1.30.0 gets a convolution from 6 channels to 16 wrong (on SwiftShader).
    preferredLayout: 'NCHW',
    configuration: { kernelLibrary: 'WebGPU', flushToZero: null },
  },
  webgl: {
    name: 'webgl',
    // It does not tell the precision of its textures, and optimises little.
    configuration: {
      ...{ threads: null, kernelLibrary: 'WebGL 2', execution: 'graph' },
      ...{ arithmetic: null, flushToZero: null },
    },
  },
  webnn: {
    name: 'webnn',
    deviceType: neuralDevice,
    configuration: { kernelLibrary: 'WebNN', arithmetic: null, flushToZero: null },
  },
} as const;

export type WebProvider = keyof typeof providers;

/** Binary of WebAssembly and the JavaScript around it: URLs in a page; Node finds them in the package. */
export interface WasmFiles {
  readonly wasm: string;
  readonly mjs: string;
}

export async function openWeb(
  ort: Ort,
  provider: WebProvider,
  budget: Budget,
  { device = 'cpu', files }: { readonly device?: 'cpu' | Device; readonly files?: WasmFiles } = {},
): Promise<OpenFramework> {
  const { wasm } = ort.env;
  wasm.numThreads = budget.threads;
  wasm.proxy = false;
  if (files) wasm.wasmPaths = files;
  const { configuration, ...executionProvider } = providers[provider];
  const options = { executionProviders: [executionProvider] };
  // The backend with WebGL reads the outputs of every run back, and has no other way.
  const outputLocation = provider === 'webgpu' ? 'gpu-buffer' : undefined;
  await initialise(ort, options);
  return {
    describe: () => ({
      versions: {
        'onnxruntime-web': ort.env.versions.web ?? 'unknown',
        'onnxruntime-common': ort.env.versions.common,
      },
      device,
      configuration: {
        ...common,
        // It takes the number back where the page or the browser permits no threads.
        threads: wasm.numThreads ?? null,
        ...configuration,
        executionProvider: provider,
      },
    }),
    loadInference: (model) => loadInference(ort, options, model, outputLocation),
  };
}

/** It loads its binary, starts its threads and asks for its device with the first session. */
async function initialise(ort: Ort, options: InferenceSession.SessionOptions): Promise<void> {
  const session = await ort.InferenceSession.create(identityModel(), options);
  await session.release();
}

/** An ONNX file, version 8 of the format and operator set 13: `y = Identity(x)` of one float. */
function identityModel(): Uint8Array {
  const text = atob('CAg6NwoQCgF4EgF5IghJZGVudGl0eRIBZ1oPCgF4EgoKCAgBEgQKAggBYg8KAXkSCgoICAESBAoCCAFCAhAN');
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
