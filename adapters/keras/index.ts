/**
 * Keras 3 on its three backends. Driven by `touchstone_bridge.frameworks.keras`; this is its descriptor. Each backend shares the
 * environment of the framework itself: Keras beside it changes nothing there.
 */
import {
  type Framework,
  type Graph,
  type Lowering,
  type Optimiser,
  type PythonTarget,
  supported,
} from '../adapter.js';
import { jaxEnvironment } from '../jax/environment.js';
import { lower } from '../lowering/lower.js';
import { tensorflowEnvironment } from '../tensorflow/environment.js';
import { type Backend, kerasCapabilities } from './capabilities.js';
import { kerasEnvironment } from './environment.js';

const framework: Framework = {
  name: 'keras',
  title: 'Keras',
  homepage: 'https://keras.io',
  targets: [
    target('tensorflow', 'tensorflow', 'TensorFlow', tensorflowEnvironment),
    target('jax', 'jax', 'JAX', jaxEnvironment),
    target('torch', 'pytorch', 'PyTorch', () => ({ TORCH_ALLOW_TF32_CUBLAS_OVERRIDE: '0' })),
  ],
};
export default framework;

function target(
  backend: Backend,
  environmentName: string,
  title: string,
  ofBackend: PythonTarget['environment'],
): PythonTarget {
  const capabilities = {
    inference: kerasCapabilities(backend, 'inference'),
    training: kerasCapabilities(backend, 'training'),
  };
  return {
    name: `keras/${backend}`,
    ...(backend === 'torch' ? {} : { compiles: true }),
    summary: `functional models on the ${title} backend, predict_on_batch and train_on_batch, in Python`,
    host: 'python',
    device: 'cpu',
    isDefault: true,
    environmentName,
    distribution: 'keras',
    module: 'keras',
    modes: { inference: supported, training: supported },
    precisions: ['float32'],
    generates: true,
    optimisers: ['sgd', 'adam', 'rmsprop'],
    losses: ['softmax-cross-entropy', 'policy-gradient', 'huber'],
    lower: (graph, mode, optimiser) =>
      (backend === 'tensorflow' && optimiser ? rowByRow(graph, optimiser) : undefined) ??
      lower(graph, mode, capabilities[mode]),
    environment: (budget, cache) => ({
      KERAS_BACKEND: backend,
      ...kerasEnvironment(cache),
      ...ofBackend(budget, cache),
    }),
  };
}

/**
 * TensorFlow's gradient of an embedding is a list of rows, one for each occurrence of an index. Adam and RMSProp of Keras 3 square these
 * rows before they add those of one index. Momentum only adds, so it is right either way.
 */
function rowByRow({ nodes, parameters }: Graph, { name }: Optimiser): Lowering | undefined {
  if (name === 'sgd') return undefined;
  const gather = nodes.find(
    ({ operator, inputs }) => operator === 'Gather' && parameters.includes(inputs[0] ?? ''),
  );
  if (!gather) return undefined;
  return {
    unsupported: `Gather (${gather.name}) in training with ${name} is not supported by Keras on TensorFlow: it squares the rows of the gradient before it adds those of one index; use sgd`,
  };
}
