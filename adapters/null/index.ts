/**
 * The identity, one for each kind of worker: what is timed is the harness itself. Its figures are printed in every
 * report; it is never compared with frameworks and never passes a parity check, because it computes nothing.
 */
import { at } from '../../common/at.js';
import {
  type Description,
  type Framework,
  type Model,
  type OpenFramework,
  type Stepping,
  supported,
  type TrainingModel,
} from '../adapter.js';

const common = {
  device: 'cpu',
  modes: { inference: supported, training: supported },
  precisions: ['float32'] as const,
  optimisers: ['sgd', 'adam', 'rmsprop'] as const,
  losses: ['softmax-cross-entropy', 'policy-gradient', 'huber'] as const,
  generates: true as const,
  lower: () => ({ plan: { form: 'identity' } }),
  environment: () => ({}),
  isNull: true,
};

const framework: Framework = {
  name: 'null',
  title: 'Nothing',
  homepage: '',
  targets: [
    {
      ...common,
      name: 'null/node',
      host: 'node',
      summary: 'gives its input back: the cost of the harness in a Node worker',
      packages: [],
      open: async () => opened,
    },
    {
      ...common,
      name: 'null/python',
      host: 'python',
      summary: 'gives its input back: the cost of the harness in a Python worker',
      environmentName: 'null',
      distribution: 'numpy',
      module: 'null',
    },
  ],
};
export default framework;

const description: Description = {
  versions: {},
  device: 'cpu',
  configuration: {
    threads: 1,
    interOpThreads: 1,
    instructionSet: null,
    kernelLibrary: null,
    execution: null,
    layout: null,
    arithmetic: null,
    flushToZero: null,
  },
};

const opened: OpenFramework = {
  describe: () => description,
  loadInference: (model): Stepping<number, number> => ({
    run: (buffer) => buffer,
    inputsOf: (buffer) => buffer,
    call: (buffer) => buffer,
    feed: (buffer) => buffer,
    read: (buffer) => at(model.inputs, buffer, 'input buffers'),
    dispose: () => undefined,
  }),
  loadTraining: (model): TrainingModel => ({
    step: () => 0,
    reset: () => undefined,
    output: (buffer) => at(model.inputs, buffer, 'input buffers'),
    weights: () => parametersOf(model),
    dispose: () => undefined,
  }),
};

function parametersOf(model: Model) {
  const names = new Set(model.graph.parameters);
  return Object.fromEntries(Object.entries(model.weights).filter(([name]) => names.has(name)));
}
