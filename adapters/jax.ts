/** JAX. Driven by `touchstone_bridge.frameworks.jax` in a Python worker, from a plan of layers; this is its descriptor. */
import { type Framework, supported } from './adapter.js';
import { dilatedPooling, inTraining, supportOfLayers } from './lowering/layer-checks.js';
import { planLayers } from './lowering/plan.js';

const framework: Framework = {
  name: 'jax',
  title: 'JAX',
  homepage: 'https://docs.jax.dev',
  targets: [
    {
      name: 'jax/cpu',
      summary: 'jax.jit over pure functions, in Python; compiled by XLA for the CPU',
      host: 'python',
      environmentName: 'jax',
      distribution: 'jax',
      module: 'jax',
      modes: { inference: supported, training: supported },
      precisions: ['float32'],
      supports: supportOfLayers([inTraining(dilatedPooling('the gradient of JAX'))]),
      plan: planLayers,
      environment: ({ threads }) => ({
        JAX_PLATFORMS: 'cpu',
        // XLA takes the size of its thread pool from here (DefaultThreadPoolSize), or else from the processors it sees.
        NPROC: String(threads),
      }),
    },
  ],
};
export default framework;
