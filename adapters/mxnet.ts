/**
 * Apache MXNet, no longer developed. Driven by `touchstone_bridge.frameworks.mxnet`; this is its descriptor. What is
 * refused here is what the lowering there cannot build.
 */
import { type Framework, supported } from './adapter.js';
import {
  batchNormalisation,
  type Check,
  constantInputs,
  dropout,
  firstOf,
  integers,
  lstm,
  type Node,
  nothing,
  onlyFirstOutput,
  supportOfNodes,
} from './lowering/node-checks.js';

const operators: Readonly<Record<string, Check>> = {
  Conv: firstOf(flat, constantInputs(1, 2)),
  MaxPool: firstOf(flat, onlyFirstOutput, noDilations, noCeiling),
  AveragePool: firstOf(flat, noDilations, noCeiling, countedPads),
  GlobalAveragePool: flat,
  GlobalMaxPool: flat,
  Gemm: firstOf(constantInputs(1, 2), plainGemm),
  MatMul: firstOf(constantInputs(1), matrix),
  LSTM: firstOf(constantInputs(1, 2, 3), lstm, zeroState),
  BatchNormalization: firstOf(constantInputs(1, 2, 3, 4), batchNormalisation),
  Softmax: alongOneAxis,
  LogSoftmax: alongOneAxis,
  Gelu: exactGelu,
  Clip: constantInputs(1, 2),
  Dropout: firstOf(onlyFirstOutput, dropout),
  ReduceMean: constantInputs(1),
  ...Object.fromEntries(
    [
      ...['Relu', 'LeakyRelu', 'Elu', 'Sigmoid', 'Tanh', 'Exp', 'Log', 'Sqrt', 'Neg', 'Abs', 'Erf'],
      ...['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Identity'],
      ...['Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Transpose', 'Concat'],
    ].map((operator) => [operator, nothing]),
  ),
};

const framework: Framework = {
  name: 'mxnet',
  title: 'Apache MXNet',
  homepage: 'https://mxnet.apache.org',
  targets: [
    {
      name: 'mxnet/cpu',
      summary: 'hybridised Gluon block with static allocation, in Python; oneDNN and OpenBLAS on the CPU',
      host: 'python',
      environmentName: 'mxnet',
      module: 'mxnet',
      modes: { inference: supported, training: supported },
      precisions: ['float32'],
      supports: supportOfNodes(operators, 'MXNet'),
      environment: () => ({
        // Operators one after the other, each on all the threads of the budget (OMP_NUM_THREADS).
        MXNET_CPU_WORKER_NTHREADS: '1',
        MXNET_CPU_PRIORITY_NTHREADS: '1',
      }),
    },
  ],
};
export default framework;

/** Its padding works on pictures and volumes, and so do its poolings here. */
function flat(node: Node, graph: Parameters<Check>[1]): string | undefined {
  const axes = (graph.values[node.inputs[0] ?? '']?.shape.length ?? 0) - 2;
  return axes === 2 ? undefined : `over ${axes} spatial axes`;
}

function noDilations(node: Node): string | undefined {
  return integers(node, 'dilations').some((dilation) => dilation !== 1) ? 'with dilations' : undefined;
}

function noCeiling(node: Node): string | undefined {
  return node.attributes.ceil_mode ? 'with ceil_mode 1' : undefined;
}

/** Without counting the pads, only the equal ones that its own pooling makes. */
function countedPads(node: Node): string | undefined {
  if (node.attributes.count_include_pad) return undefined;
  const automatic = String(node.attributes.auto_pad ?? 'NOTSET');
  if (automatic.startsWith('SAME')) return `with auto_pad ${automatic} and count_include_pad 0`;
  const pads = integers(node, 'pads');
  const half = pads.length / 2;
  const equal = pads.slice(0, half).every((pad, axis) => pad === pads[half + axis]);
  return equal ? undefined : 'with asymmetric pads and count_include_pad 0';
}

function plainGemm(node: Node, graph: Parameters<Check>[1]): string | undefined {
  if (node.attributes.transA) return 'with transA 1';
  const c = graph.weights.find(({ name }) => name === node.inputs[2]);
  const isRow = !c || c.shape.length === 1 || c.shape[0] === 1;
  return isRow && c?.shape.length !== 0 ? undefined : `with C of shape ${c?.shape.join('×')}`;
}

function matrix(node: Node, graph: Parameters<Check>[1]): string | undefined {
  const axes = graph.weights.find(({ name }) => name === node.inputs[1])?.shape.length ?? 2;
  return axes === 2 ? undefined : `with a constant of ${axes} axes`;
}

function zeroState(node: Node): string | undefined {
  return (node.inputs[5] ?? '') === '' ? undefined : 'with initial_h';
}

function exactGelu(node: Node): string | undefined {
  return (node.attributes.approximate ?? 'none') === 'none' ? undefined : 'with approximate tanh';
}

/** Until operator set 13 the axes from `axis` on were taken together. */
function alongOneAxis(node: Node, graph: Parameters<Check>[1]): string | undefined {
  if (graph.opset >= 13) return undefined;
  const rank = graph.values[node.inputs[0] ?? '']?.shape.length ?? 0;
  const axis = (Number(node.attributes.axis ?? 1) + rank) % rank;
  return axis === rank - 1 ? undefined : `with axis ${axis} of ${rank} before opset 13`;
}
