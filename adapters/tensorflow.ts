/**
 * TensorFlow in Python. Driven by `touchstone_bridge.frameworks.tensorflow`, from a plan of layers; this is its
 * descriptor.
 */
import { type Framework, supported } from './adapter.js';
import { stridedAndDilated, supportOfLayers } from './lowering/layer-checks.js';
import { planLayers } from './lowering/plan.js';

const framework: Framework = {
  name: 'tensorflow',
  title: 'TensorFlow',
  homepage: 'https://www.tensorflow.org',
  targets: [
    {
      name: 'tensorflow/cpu',
      summary: 'tf.function over tf.nn, in Python; oneDNN and Eigen kernels on the CPU',
      host: 'python',
      environmentName: 'tensorflow',
      distribution: 'tensorflow-cpu',
      module: 'tensorflow',
      modes: { inference: supported, training: supported },
      precisions: ['float32'],
      // Of both at once `tf.nn.depthwise_conv2d` takes the strides for 1 and says nothing; found by `npm run conformance`.
      supports: supportOfLayers([stridedAndDilated('TensorFlow', /^depthwise|Pooling/)]),
      plan: planLayers,
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
