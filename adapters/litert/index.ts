/**
 * LiteRT, which was TensorFlow Lite: `.tflite` files that TensorFlow's converter makes of our lowering to TensorFlow. Driven by
 * `touchstone_bridge.frameworks.litert` in a Python worker; this is its descriptor.
 */
import { join } from 'node:path';
import { type Framework, supported, unsupported } from '../adapter.js';
import { lower } from '../lowering/lower.js';
import { tensorflowEnvironment } from '../tensorflow/environment.js';
import { litert } from './capabilities.js';

const framework: Framework = {
  name: 'litert',
  title: 'LiteRT',
  homepage: 'https://ai.google.dev/edge/litert',
  targets: [
    {
      name: 'litert/cpu',
      compiles: true,
      summary: 'LiteRT interpreter with the XNNPACK delegate, in Python; files by TensorFlow’s converter',
      host: 'python',
      device: 'cpu',
      set: 'runtimes',
      refusesAtLoad: true,
      environmentName: 'litert',
      distribution: 'ai-edge-litert',
      converterEnvironment: 'tensorflow',
      module: 'litert',
      modes: {
        inference: supported,
        training: unsupported('LiteRT runs models that are trained elsewhere'),
      },
      precisions: ['float32'],
      generates: true,
      lower: (graph, mode) => lower(graph, mode, litert),
      // The converter imports TensorFlow.
      environment: (budget, cache) => ({
        ...tensorflowEnvironment(budget, cache),
        TOUCHSTONE_CONVERSIONS: join(cache, 'litert'),
      }),
    },
  ],
};
export default framework;
