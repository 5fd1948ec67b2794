/** What every null target does, wherever it runs: nothing. */
import { at } from '../../common/at.js';
import type { Description, Model, OpenFramework, Stepping, TrainingModel } from '../adapter.js';

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

export const identity: OpenFramework = {
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
