/**
 * PyTorch. The framework itself is driven by `touchstone_bridge.frameworks.pytorch` in a Python worker; this is only
 * its descriptor. The lowering there reads the graph itself where it can, since it builds what a user would write; the
 * operators and what is refused of them are listed here, and `tests/python-bridge/pytorch-support.test.ts` holds the two
 * together. All other graphs come to it as a plan of operations.
 */

import {
  type Budget,
  type Framework,
  type Graph,
  type Lowering,
  type Mode,
  type PythonTarget,
  type Support,
  supported,
} from '../adapter.js';
import {
  batchNormalisation,
  type Check,
  constantInputs,
  dropout,
  firstOf,
  integers,
  lstm,
  type Node,
  noDilations,
  nothing,
  onlyFirstOutput,
  spatialAxes,
  supportOfNodes,
} from '../lowering/layers/node-checks.js';
import { lower } from '../lowering/lower.js';
import { pytorch } from './capabilities.js';

/** Operators of the lowering, each with the check of what it refuses. */
const operators: Readonly<Record<string, Check>> = {
  Conv: firstOf(spatialAxes, constantInputs(1, 2)),
  MaxPool: firstOf(spatialAxes, onlyFirstOutput),
  AveragePool: firstOf(spatialAxes, noDilations, averagePool),
  GlobalAveragePool: spatialAxes,
  GlobalMaxPool: spatialAxes,
  Gemm: nothing,
  MatMul: nothing,
  LSTM: firstOf(constantInputs(1, 2, 3), lstm),
  BatchNormalization: firstOf(constantInputs(1, 2, 3, 4), batchNormalisation),
  Softmax: nothing,
  LogSoftmax: nothing,
  Clip: constantInputs(1, 2),
  Dropout: firstOf(onlyFirstOutput, dropout),
  ReduceMean: constantInputs(1),
  ...Object.fromEntries(
    [
      ...['Relu', 'LeakyRelu', 'Elu', 'Gelu', 'Sigmoid', 'Tanh', 'Exp', 'Log', 'Sqrt', 'Neg', 'Abs', 'Erf'],
      ...['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Identity'],
      ...['Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Transpose', 'Concat'],
    ].map((operator) => [operator, nothing]),
  ),
};

const common = {
  host: 'python',
  device: 'cpu',
  environmentName: 'pytorch',
  distribution: 'torch',
  module: 'pytorch',
  modes: { inference: supported, training: supported },
  precisions: ['float32'],
  generates: true,
  optimisers: ['sgd', 'adam', 'rmsprop'],
  losses: ['softmax-cross-entropy', 'policy-gradient', 'huber'],
  environment,
} satisfies Partial<PythonTarget>;

/** By the lowering that reads the graph, or else by operations. */
function graphOrOperations(
  own: (graph: Graph, mode: Mode) => Support,
): (graph: Graph, mode: Mode) => Lowering {
  return (graph, mode) =>
    isOfFloat32(graph) && own(graph, mode).supported
      ? { plan: { form: 'graph' } }
      : lower(graph, mode, pytorch);
}

/** All that is given and computed: which other types an operator has, only the backend's capabilities know. */
function isOfFloat32(graph: Graph): boolean {
  const computed = graph.nodes.flatMap(({ outputs }) => outputs.map((name) => graph.values[name]));
  return [...graph.inputs, ...computed].every((value) => value === undefined || value.type === 'float32');
}

const framework: Framework = {
  name: 'pytorch',
  title: 'PyTorch',
  homepage: 'https://pytorch.org',
  targets: [
    {
      ...common,
      lower: graphOrOperations(supportOfNodes(operators, 'PyTorch')),
      name: 'pytorch/cpu',
      summary: 'eager, in Python; oneDNN and MKL kernels on the CPU',
    },
    {
      ...common,
      lower: graphOrOperations(
        supportOfNodes(
          { ...operators, AveragePool: firstOf(operators.AveragePool ?? nothing, compiledGradient) },
          'torch.compile',
        ),
      ),
      name: 'pytorch/compile',
      summary: 'torch.compile with its defaults, in Python; TorchInductor builds C++ kernels for the CPU',
    },
  ],
};
export default framework;

/** Thread pools of the kernel libraries, and products in full float32 wherever NVIDIA's libraries would round. */
function environment(budget: Budget): Record<string, string> {
  const threads = String(budget.threads);
  return {
    OMP_NUM_THREADS: threads,
    MKL_NUM_THREADS: threads,
    OPENBLAS_NUM_THREADS: threads,
    NUMEXPR_NUM_THREADS: threads,
    NVIDIA_TF32_OVERRIDE: '0',
    TORCH_ALLOW_TF32_CUBLAS_OVERRIDE: '0',
  };
}

/** TorchInductor 2.13 divides by the wrong counts in the gradient; `npm run conformance` found it. */
function compiledGradient(node: Node, _graph: Parameters<Check>[1], mode: Mode): string | undefined {
  return mode === 'training' && node.attributes.ceil_mode ? 'in training with ceil_mode 1' : undefined;
}

function averagePool(node: Node): string | undefined {
  if (node.attributes.count_include_pad) return undefined;
  const automatic = String(node.attributes.auto_pad ?? 'NOTSET');
  if (automatic === 'SAME_UPPER' || automatic === 'SAME_LOWER') {
    return `with auto_pad ${automatic} and count_include_pad 0`;
  }
  return explicitPads(node);
}

/** Without counting the pads, only pads that PyTorch's own layer can make: equal on both sides, half a kernel at most. */
function explicitPads(node: Node): string | undefined {
  const pads = node.attributes.auto_pad === 'VALID' ? [] : integers(node, 'pads');
  const kernel = integers(node, 'kernel_shape');
  const begin = pads.slice(0, pads.length / 2);
  const end = pads.slice(pads.length / 2);
  const plain = begin.every((pad, axis) => pad === end[axis] && 2 * pad <= (kernel[axis] ?? 0));
  return plain ? undefined : 'with asymmetric pads and count_include_pad 0';
}
