/**
 * TensorFlow in Python. Driven by `touchstone_bridge.frameworks.tensorflow`, from a plan of layers or of operations;
 * this is its descriptor.
 */
import { type Framework, supported } from '../adapter.js';
import { stridedAndDilated } from '../lowering/layers/layer-checks.js';
import { layersOrOperations } from '../lowering/layers/plans.js';
import { tensorflow, tensorflowInTraining } from './capabilities.js';

// Of both at once `tf.nn.depthwise_conv2d` takes the strides for 1 and says nothing; found by `npm run conformance`.
const checks = [stridedAndDilated('TensorFlow', /^depthwise|Pooling/)];
const inference = layersOrOperations(checks, tensorflow);
const training = layersOrOperations(checks, tensorflowInTraining);

const framework: Framework = {
  name: 'tensorflow',
  title: 'TensorFlow',
  homepage: 'https://www.tensorflow.org',
  targets: [
    {
      name: 'tensorflow/cpu',
      summary: 'tf.function over tf.nn, in Python; oneDNN and Eigen kernels on the CPU',
      host: 'python',
      device: 'cpu',
      environmentName: 'tensorflow',
      distribution: 'tensorflow-cpu',
      module: 'tensorflow',
      modes: { inference: supported, training: supported },
      precisions: ['float32'],
      generates: true,
      optimisers: ['sgd', 'adam', 'rmsprop'],
      losses: ['softmax-cross-entropy', 'policy-gradient', 'huber'],
      lower: (graph, mode) => (mode === 'training' ? training : inference)(graph, mode),
      environment: ({ threads }) => ({
        TF_NUM_INTRAOP_THREADS: String(threads),
        TF_NUM_INTEROP_THREADS: '1',
        // Warnings and errors stay; what it found on the machine is asked for, not read from its log.
        TF_CPP_MIN_LOG_LEVEL: '1',
      }),
    },
  ],
};
export default framework;
