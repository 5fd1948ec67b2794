/**
 * The identity, one for each kind of worker: what is timed is the harness itself. Its figures are printed in every
 * report; it is never compared with frameworks and never passes a parity check, because it computes nothing.
 */
import { type Framework, supported } from '../adapter.js';
import { inBrowsers } from '../page/targets.js';
import { identity } from './identity.js';

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
      open: async () => identity,
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
    ...inBrowsers({
      ...common,
      name: 'null',
      summary: 'gives its input back: the cost of the harness',
      packages: [],
      module: new URL('./page.js', import.meta.url),
    }),
  ],
};
export default framework;
