/** Caffe2, as PyTorch's wheels carried it up to 1.10; driven by `touchstone_bridge.frameworks.caffe2` in a Python worker. */
import { type Budget, type Framework, supported } from '../adapter.js';
import { lower } from '../lowering/lower.js';
import { caffe2, caffe2InTraining } from './capabilities.js';

const framework: Framework = {
  name: 'caffe2',
  title: 'Caffe2',
  homepage: 'https://caffe2.ai',
  isDiscontinued: true,
  targets: [
    {
      name: 'caffe2/cpu',
      summary: 'a net of its own operators, from Python; MKL and Eigen kernels on the CPU',
      host: 'python',
      device: 'cpu',
      isDefault: true,
      environmentName: 'caffe2',
      distribution: 'torch',
      module: 'caffe2',
      modes: { inference: supported, training: supported },
      precisions: ['float32'],
      generates: true,
      optimisers: ['sgd', 'adam', 'rmsprop'],
      losses: ['softmax-cross-entropy', 'policy-gradient', 'huber'],
      lower: (graph, mode) => lower(graph, mode, mode === 'training' ? caffe2InTraining : caffe2),
      environment,
    },
  ],
};
export default framework;

/** Thread pools of the kernel libraries; the pool of recurrent operators is an argument of the net. */
function environment({ threads }: Budget): Record<string, string> {
  return { OMP_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads) };
}
