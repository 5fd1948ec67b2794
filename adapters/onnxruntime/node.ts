/** ONNX Runtime in Node: the native package, and the WebAssembly of the package for the web. */
import type { Budget, OpenFramework } from '../adapter.js';
import { common, loadInference } from './session.js';
import { openWeb } from './web.js';

export async function openCpu(budget: Budget): Promise<OpenFramework> {
  const ort = await import('onnxruntime-node');
  const options = { executionProviders: ['cpu'], intraOpNumThreads: budget.threads, interOpNumThreads: 1 };
  return {
    describe: () => ({
      versions: {
        'onnxruntime-node': ort.env.versions.node ?? 'unknown',
        'onnxruntime-common': ort.env.versions.common,
      },
      device: 'cpu',
      configuration: { ...common, threads: budget.threads, kernelLibrary: 'MLAS', executionProvider: 'cpu' },
    }),
    loadInference: (model) => loadInference(ort, options, model),
  };
}

export async function openWasm(budget: Budget): Promise<OpenFramework> {
  return openWeb(await import('onnxruntime-web'), 'wasm', budget);
}
