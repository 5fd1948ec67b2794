/**
 * PyTorch. The framework itself is driven by `touchstone_bridge.frameworks.pytorch` in a Python worker; this is only
 * its descriptor. The operators and what is refused of them are those of the lowering there, and
 * `tests/python-bridge/pytorch-support.test.ts` holds the two together.
 */

import type { Budget, Framework, Graph, Mode, PythonTarget, Support } from './adapter.js';
import { supported, unsupported } from './adapter.js';

type Node = Graph['nodes'][number];
/** Says what of a node cannot be lowered, or nothing. */
type Check = (node: Node, graph: Graph, mode: Mode) => string | undefined;

const nothing: Check = () => undefined;

/** Operators of the lowering, each with the check of what it refuses. */
const operators: Readonly<Record<string, Check>> = {
  Conv: firstOf(spatialAxes, constantInputs(1, 2)),
  MaxPool: firstOf(spatialAxes, onlyFirstOutput),
  AveragePool: firstOf(spatialAxes, averagePool),
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
  environmentName: 'pytorch',
  module: 'pytorch',
  modes: { inference: supported, training: supported },
  precisions: ['float32'],
  supports,
  environment,
} satisfies Partial<PythonTarget>;

const framework: Framework = {
  name: 'pytorch',
  title: 'PyTorch',
  homepage: 'https://pytorch.org',
  targets: [
    { ...common, name: 'pytorch/cpu', summary: 'eager, in Python; oneDNN and MKL kernels on the CPU' },
    {
      ...common,
      name: 'pytorch/compile',
      summary: 'torch.compile with its defaults, in Python; TorchInductor builds C++ kernels for the CPU',
    },
  ],
};
export default framework;

/** What the lowering can build, decided from operators, attributes and shapes alone. */
function supports(graph: Graph, mode: Mode): Support {
  for (const node of graph.nodes) {
    const check = Object.hasOwn(operators, node.operator) ? operators[node.operator] : undefined;
    if (check === undefined) return unsupported(`the PyTorch lowering has no operator ${node.operator}`);
    const refused = check(node, graph, mode);
    if (refused !== undefined) return unsupported(`${node.operator} (${node.name}) ${refused}`);
  }
  return mode === 'training' ? supportsTraining(graph) : supported;
}

/** The loss takes the logits alone, and each layer holds its own copy of a weight. */
function supportsTraining(graph: Graph): Support {
  if (graph.outputs.length !== 1)
    return unsupported('training needs a graph whose only output is the logits');
  const uses = graph.nodes.flatMap((node) => node.inputs);
  for (const parameter of graph.parameters) {
    const count = uses.filter((name) => name === parameter).length;
    if (count > 1) return unsupported(`training of the weight ${parameter}, which several nodes share`);
    if (count === 0) return unsupported(`training of the weight ${parameter}, which no node reads`);
  }
  return supported;
}

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

function firstOf(...checks: readonly Check[]): Check {
  return (node, graph, mode) => {
    for (const check of checks) {
      const refused = check(node, graph, mode);
      if (refused !== undefined) return refused;
    }
    return undefined;
  };
}

function constantInputs(...positions: readonly number[]): Check {
  return (node, graph) => {
    const computed = positions
      .map((position) => node.inputs[position] ?? '')
      .find((name) => name !== '' && !graph.weights.some((weight) => weight.name === name));
    return computed === undefined ? undefined : `whose input ${computed} is not a constant`;
  };
}

function spatialAxes(node: Node, graph: Graph): string | undefined {
  const axes = (graph.values[node.inputs[0] ?? '']?.shape.length ?? 0) - 2;
  return axes >= 1 && axes <= 3 ? undefined : `over ${axes} spatial axes`;
}

function onlyFirstOutput(node: Node): string | undefined {
  const second = node.outputs[1] ?? '';
  return second === '' ? undefined : `with its second output ${second}`;
}

function averagePool(node: Node): string | undefined {
  if (integers(node, 'dilations').some((dilation) => dilation !== 1)) return 'with dilations';
  if (node.attributes.ceil_mode) return 'with ceil_mode 1';
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

function lstm(node: Node): string | undefined {
  const { direction = 'forward', activations, clip, input_forget, layout } = node.attributes;
  if (direction !== 'forward' && direction !== 'bidirectional') return `with direction ${direction}`;
  if (!defaultActivations(activations)) return 'with activations other than Sigmoid, Tanh, Tanh';
  if (clip !== undefined) return 'with clip';
  if (input_forget) return 'with input_forget 1';
  if (layout) return 'with layout 1';
  const given = (position: number) => (node.inputs[position] ?? '') !== '';
  if (given(4)) return 'with sequence_lens';
  if (given(7)) return 'with peepholes (input P)';
  return given(5) === given(6) ? undefined : 'with only one of initial_h and initial_c';
}

function defaultActivations(activations: Node['attributes'][string] | undefined): boolean {
  if (activations === undefined) return true;
  if (!Array.isArray(activations)) return false;
  const defaults = ['sigmoid', 'tanh', 'tanh'];
  return activations.every((name, index) => String(name).toLowerCase() === defaults[index % 3]);
}

function batchNormalisation(node: Node, _graph: Graph, mode: Mode): string | undefined {
  if (mode === 'training') return 'in training: ONNX does not say how its statistics should learn';
  if (node.attributes.training_mode) return 'with training_mode 1';
  return node.attributes.spatial === 0 ? 'with spatial 0' : undefined;
}

function dropout(_node: Node, _graph: Graph, mode: Mode): string | undefined {
  return mode === 'training' ? 'in training: its masks are random' : undefined;
}

function integers(node: Node, name: string): readonly number[] {
  const value = node.attributes[name];
  return Array.isArray(value) ? value.map(Number) : [];
}
