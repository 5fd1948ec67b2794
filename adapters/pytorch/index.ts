/**
 * PyTorch. The framework itself is driven by `touchstone_bridge.frameworks.pytorch` in a Python worker; this is only its
 * descriptor. What it has natively is in `capabilities.ts`.
 */
import { join } from 'node:path';
import { type Budget, type Framework, type PythonTarget, supported } from '../adapter.js';
import { lower } from '../lowering/lower.js';
import { pytorch } from './capabilities.js';

const common = {
  host: 'python',
  device: 'cpu',
  isDefault: true,
  environmentName: 'pytorch',
  distribution: 'torch',
  module: 'pytorch',
  modes: { inference: supported, training: supported },
  precisions: ['float32'],
  generates: true,
  optimisers: ['sgd', 'adam', 'rmsprop'],
  losses: ['softmax-cross-entropy', 'policy-gradient', 'huber'],
  lower: (graph, mode) => lower(graph, mode, pytorch),
  environment,
} satisfies Partial<PythonTarget>;

const framework: Framework = {
  name: 'pytorch',
  title: 'PyTorch',
  homepage: 'https://pytorch.org',
  targets: [
    {
      ...common,
      name: 'pytorch/cpu',
      summary: 'eager, in Python; oneDNN and MKL kernels on the CPU',
    },
    {
      ...common,
      name: 'pytorch/compile',
      compiles: true,
      summary: 'torch.compile with its defaults, in Python; TorchInductor builds C++ kernels for the CPU',
    },
  ],
};
export default framework;

/** Thread pools of the kernel libraries, and products in full float32 wherever NVIDIA's libraries would round. */
function environment(budget: Budget, cache: string): Record<string, string> {
  const threads = String(budget.threads);
  return {
    OMP_NUM_THREADS: threads,
    MKL_NUM_THREADS: threads,
    OPENBLAS_NUM_THREADS: threads,
    NUMEXPR_NUM_THREADS: threads,
    NVIDIA_TF32_OVERRIDE: '0',
    TORCH_ALLOW_TF32_CUBLAS_OVERRIDE: '0',
    TORCHINDUCTOR_CACHE_DIR: join(cache, 'inductor'),
  };
}
