/**
 * JAX. Driven by `touchstone_bridge.frameworks.jax` in a Python worker; this is its descriptor.
 */
import { type Framework, supported } from '../adapter.js';
import { withNarrowIndices } from '../lowering/indices.js';
import { lower } from '../lowering/lower.js';
import { jax, jaxInTraining } from './capabilities.js';
import { jaxEnvironment } from './environment.js';

const framework: Framework = {
  name: 'jax',
  title: 'JAX',
  homepage: 'https://docs.jax.dev',
  targets: [
    {
      name: 'jax/cpu',
      compiles: true,
      summary: 'jax.jit over pure functions, in Python; compiled by XLA for the CPU',
      host: 'python',
      device: 'cpu',
      isDefault: true,
      environmentName: 'jax',
      distribution: 'jax',
      module: 'jax',
      modes: { inference: supported, training: supported },
      precisions: ['float32'],
      generates: true,
      optimisers: ['sgd', 'adam', 'rmsprop'],
      losses: ['softmax-cross-entropy', 'policy-gradient', 'huber'],
      lower: (graph, mode) =>
        lower(graph, mode, withNarrowIndices(graph, mode === 'training' ? jaxInTraining : jax)),
      environment: jaxEnvironment,
    },
  ],
};
export default framework;
