/**
 * Keras 3 on its three backends. Driven by `touchstone_bridge.frameworks.keras`, from a plan of layers or of operations; this is its
 * descriptor. Each backend shares the environment of the framework itself: Keras beside it changes nothing there.
 */
import {
  type Budget,
  type Framework,
  type Graph,
  type Lowering,
  type Optimiser,
  type PythonTarget,
  supported,
} from '../adapter.js';
import { dilatedPooling, stridedAndDilated } from '../lowering/layers/layer-checks.js';
import { layersOrOperations } from '../lowering/layers/plans.js';
import { type Backend, kerasCapabilities } from './capabilities.js';

const checks = [stridedAndDilated('Keras', /^conv/), dilatedPooling('Keras')];

const framework: Framework = {
  name: 'keras',
  title: 'Keras',
  homepage: 'https://keras.io',
  targets: [
    target('tensorflow', 'tensorflow', 'TensorFlow', ({ threads }) => ({
      TF_NUM_INTRAOP_THREADS: String(threads),
      TF_NUM_INTEROP_THREADS: '1',
      TF_CPP_MIN_LOG_LEVEL: '1',
    })),
    target('jax', 'jax', 'JAX', ({ threads }) => ({ JAX_PLATFORMS: 'cpu', NPROC: String(threads) })),
    target('torch', 'pytorch', 'PyTorch', () => ({ TORCH_ALLOW_TF32_CUBLAS_OVERRIDE: '0' })),
  ],
};
export default framework;

function target(
  backend: Backend,
  environmentName: string,
  title: string,
  threads: (budget: Budget) => Readonly<Record<string, string>>,
): PythonTarget {
  const lowerings = {
    inference: layersOrOperations(checks, kerasCapabilities(backend, 'inference')),
    training: layersOrOperations(checks, kerasCapabilities(backend, 'training')),
  };
  return {
    name: `keras/${backend}`,
    summary: `functional models on the ${title} backend, predict_on_batch and train_on_batch, in Python`,
    host: 'python',
    device: 'cpu',
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
      lowerings[mode](graph, mode),
    environment: (budget) => ({ KERAS_BACKEND: backend, ...threads(budget) }),
  };
}

/**
 * TensorFlow has an embedding's gradient as rows, one for each time that a word occurs. Keras 3's optimisers square them before they add
 * those of one word, in Adam and RMSProp; what they only add up, as in momentum, is the same either way.
 */
function rowByRow({ nodes, parameters }: Graph, { name }: Optimiser): Lowering | undefined {
  if (name === 'sgd') return undefined;
  const gather = nodes.find(
    ({ operator, inputs }) => operator === 'Gather' && parameters.includes(inputs[0] ?? ''),
  );
  if (!gather) return undefined;
  return {
    unsupported: `Gather (${gather.name}) in training: Keras on TensorFlow squares the rows of its gradient before it adds those of one index, so its ${name} is another rule; sgd and momentum are not`,
  };
}
