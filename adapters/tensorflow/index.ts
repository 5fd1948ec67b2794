/**
 * TensorFlow in Python. Driven by `touchstone_bridge.frameworks.tensorflow`; this is its descriptor.
 */
import { type Framework, supported } from '../adapter.js';
import { lower } from '../lowering/lower.js';
import { tensorflow, tensorflowInTraining } from './capabilities.js';
import { tensorflowEnvironment } from './environment.js';

const framework: Framework = {
  name: 'tensorflow',
  title: 'TensorFlow',
  homepage: 'https://www.tensorflow.org',
  targets: [
    {
      name: 'tensorflow/cpu',
      compiles: true,
      summary: 'tf.function over tf.nn, in Python; oneDNN and Eigen kernels on the CPU',
      host: 'python',
      device: 'cpu',
      isDefault: true,
      environmentName: 'tensorflow',
      distribution: 'tensorflow-cpu',
      module: 'tensorflow',
      modes: { inference: supported, training: supported },
      precisions: ['float32'],
      generates: true,
      optimisers: ['sgd', 'adam', 'rmsprop'],
      losses: ['softmax-cross-entropy', 'policy-gradient', 'huber'],
      lower: (graph, mode) => lower(graph, mode, mode === 'training' ? tensorflowInTraining : tensorflow),
      environment: tensorflowEnvironment,
    },
  ],
};
export default framework;
