/**
 * ONNX Runtime. It is given the user's file as it is, or `model.onnx`; nothing is lowered on our side. An inference engine: its
 * packages for JavaScript have no training API. This file is the descriptor.
 */
import { onnxRuntimeEnvironment } from '../../model/onnx-runtime.js';
import { type Framework, supported, type Target, unsupported } from '../adapter.js';
import { importingInPython, lowerToOwnImport } from '../lowering/own-import.js';
import { inBrowsers, type PageTarget } from '../page/targets.js';
import { onnxRuntimeImport, webgpuDeviations } from './plan.js';
import { webglLimit } from './webgl-limits.js';

const common = {
  precisions: ['float32'],
  generates: true,
  readsFiles: true,
  refusesAtLoad: true,
  // What is measured has been run in ONNX Runtime once already, when its shapes were observed.
  lower: (graph) => lowerToOwnImport(graph, onnxRuntimeImport()),
  environment: () => ({}),
} satisfies Partial<Target>;

/** @param place that its package is for */
function inferenceIn(place: string): Target['modes'] {
  const reason = `ONNX Runtime for ${place} has no training API: it is an inference engine by design`;
  return { inference: supported, training: unsupported(reason) };
}

const web = {
  ...common,
  modes: inferenceIn('the web'),
  packages: ['onnxruntime-web', 'onnxruntime-common'],
  module: new URL('./page.js', import.meta.url),
} satisfies Partial<PageTarget>;

const wasm = {
  ...web,
  name: 'onnxruntime/wasm',
  summary: 'CPU execution provider (MLAS kernels) in WebAssembly with SIMD, all graph optimisations',
  device: 'cpu',
} satisfies PageTarget;

const framework: Framework = {
  name: 'onnxruntime',
  title: 'ONNX Runtime',
  homepage: 'https://onnxruntime.ai',
  targets: [
    {
      ...common,
      modes: inferenceIn('Node'),
      name: 'onnxruntime/cpu',
      summary: 'CPU execution provider (MLAS kernels), all graph optimisations, in Node',
      host: 'node',
      device: 'cpu',
      isDefault: true,
      packages: ['onnxruntime-node', 'onnxruntime-common'],
      environment: () => onnxRuntimeEnvironment,
      open: async (budget) => (await import('./node.js')).openCpu(budget),
    },
    {
      ...importingInPython(onnxRuntimeImport()),
      name: 'onnxruntime/python',
      summary: 'CPU execution provider (MLAS kernels), all graph optimisations, in Python',
      environmentName: 'onnxruntime',
      distribution: 'onnxruntime',
      module: 'onnxruntime',
      environment: () => onnxRuntimeEnvironment,
    },
    {
      ...wasm,
      summary: `${wasm.summary}, in Node`,
      host: 'node',
      open: async (budget) => (await import('./node.js')).openWasm(budget),
    },
    ...inBrowsers(wasm, { workers: true }),
    ...inBrowsers(
      {
        ...web,
        name: 'onnxruntime/webgpu',
        summary: 'WebGPU execution provider, all graph optimisations',
        device: 'webgpu',
        lower: (graph) => lowerToOwnImport(graph, onnxRuntimeImport(webgpuDeviations)),
      },
      { workers: true },
    ),
    ...inBrowsers({
      ...web,
      name: 'onnxruntime/webgl',
      summary: 'WebGL backend, which its makers have deprecated',
      device: 'webgl',
      lower(graph) {
        const unsupported = webglLimit(graph);
        return unsupported === undefined ? lowerToOwnImport(graph, onnxRuntimeImport()) : { unsupported };
      },
    }),
    ...inBrowsers(
      {
        ...web,
        name: 'onnxruntime/webnn',
        summary: 'WebNN execution provider, where the browser has that interface',
        device: 'webnn',
      },
      { kinds: ['chromium'] },
    ),
  ],
};
export default framework;
