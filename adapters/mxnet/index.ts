/** Apache MXNet, no longer developed; driven by `touchstone_bridge.frameworks.mxnet` in a Python worker. */
import { type Framework, supported } from '../adapter.js';
import { lower } from '../lowering/lower.js';
import { mxnet, mxnetInTraining } from './capabilities.js';

const framework: Framework = {
  name: 'mxnet',
  title: 'Apache MXNet',
  homepage: 'https://mxnet.apache.org',
  isDiscontinued: true,
  targets: [
    {
      name: 'mxnet/cpu',
      summary: 'hybridised Gluon block with static allocation, in Python; oneDNN and OpenBLAS on the CPU',
      host: 'python',
      device: 'cpu',
      isDefault: true,
      environmentName: 'mxnet',
      distribution: 'mxnet',
      module: 'mxnet',
      modes: { inference: supported, training: supported },
      precisions: ['float32'],
      generates: true,
      optimisers: ['sgd', 'adam', 'rmsprop'],
      losses: ['softmax-cross-entropy', 'policy-gradient', 'huber'],
      lower: (graph, mode) => lower(graph, mode, mode === 'training' ? mxnetInTraining : mxnet),
      environment: () => ({
        // Operators one after the other, each on all the threads of the budget (OMP_NUM_THREADS).
        MXNET_CPU_WORKER_NTHREADS: '1',
        MXNET_CPU_PRIORITY_NTHREADS: '1',
      }),
    },
  ],
};
export default framework;
