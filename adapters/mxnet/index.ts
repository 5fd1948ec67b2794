/**
 * Apache MXNet, no longer developed. Driven by `touchstone_bridge.frameworks.mxnet`; this is its descriptor. The lowering
 * there reads the graph itself where it can; the operators and what is refused of them are listed here, and
 * `tests/python-bridge/mxnet-support.test.ts` holds the two together. All other graphs come to it as a plan of operations.
 */

import { fromJsonNumber, type JsonNumber } from '../../model/graph.js';
import { type Framework, type Graph, type Mode, type Support, supported, unsupported } from '../adapter.js';
import {
  batchNormalisation,
  type Check,
  constantInputs,
  dropout,
  firstOf,
  integers,
  lstm,
  type Node,
  noCeiling,
  noDilations,
  nothing,
  onlyFirstOutput,
  overTwoAxes,
  plainGemm,
  plainTransposed,
  productWithMatrix,
  supportOfNodes,
  varyingValues,
  withoutReverse,
} from '../lowering/layers/node-checks.js';
import { graphOrOperations } from '../lowering/layers/plans.js';
import { mxnetCapabilities } from './capabilities.js';

const operators: Readonly<Record<string, Check>> = {
  Conv: firstOf(overTwoAxes, constantInputs(1, 2), learningConvolution),
  ConvTranspose: firstOf(overTwoAxes, constantInputs(1, 2), plainTransposed, equalCuts),
  MaxPool: firstOf(overTwoAxes, onlyFirstOutput, noDilations, noCeiling),
  AveragePool: firstOf(overTwoAxes, noDilations, noCeiling, countedPads),
  GlobalAveragePool: overTwoAxes,
  GlobalMaxPool: overTwoAxes,
  Gemm: firstOf(constantInputs(1, 2), plainGemm, learningGemm),
  MatMul: firstOf(constantInputs(1), productWithMatrix),
  LSTM: firstOf(constantInputs(1, 2, 3), withoutReverse, lstm),
  BatchNormalization: firstOf(constantInputs(1, 2, 3, 4), batchNormalisation),
  Softmax: alongOneAxis,
  LogSoftmax: alongOneAxis,
  Gelu: exactGelu,
  Clip: firstOf(constantInputs(1, 2), boundsInOrder),
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
      device: 'cpu',
      environmentName: 'mxnet',
      distribution: 'mxnet',
      module: 'mxnet',
      modes: { inference: supported, training: supported },
      precisions: ['float32'],
      generates: true,
      optimisers: ['sgd', 'adam', 'rmsprop'],
      losses: ['softmax-cross-entropy', 'policy-gradient', 'huber'],
      lower: graphOrOperations(read, mxnetCapabilities),
      environment: () => ({
        // Operators one after the other, each on all the threads of the budget (OMP_NUM_THREADS).
        MXNET_CPU_WORKER_NTHREADS: '1',
        MXNET_CPU_PRIORITY_NTHREADS: '1',
      }),
    },
  ],
};
export default framework;

function equalCuts(node: Node): string | undefined {
  return equalPads(node) ? undefined : 'with asymmetric pads';
}

function equalPads(node: Node): boolean {
  const pads = integers(node, 'pads');
  const half = pads.length / 2;
  return pads.slice(0, half).every((pad, axis) => pad === pads[half + axis]);
}

/** Whether the lowering reads the graph: in float32, and of arrays that MXNet has outside of its NumPy interface too. */
function read(graph: Graph, mode: Mode): Support {
  const strange = varyingValues(graph).find((value) => !isClassic(value));
  if (strange) return unsupported(`${strange.name} is ${strange.type} of shape [${strange.shape}]`);
  return supportOfNodes(operators, 'MXNet')(graph, mode);
}

function isClassic({ type, shape }: Graph['inputs'][number]): boolean {
  return type === 'float32' && shape.length > 0 && !shape.includes(0);
}

/** Without counting the pads, only the equal ones that its own pooling makes. */
function countedPads(node: Node): string | undefined {
  if (node.attributes.count_include_pad) return undefined;
  const automatic = String(node.attributes.auto_pad ?? 'NOTSET');
  if (automatic.startsWith('SAME')) return `with auto_pad ${automatic} and count_include_pad 0`;
  return equalPads(node) ? undefined : 'with asymmetric pads and count_include_pad 0';
}

/** Of bounds that cross, ONNX takes the upper one, and MXNet the one that is crossed. */
function boundsInOrder(node: Node, graph: Graph): string | undefined {
  const [low, high] = (['min', 'max'] as const).map((name, position) => {
    const given = graph.constants?.[node.inputs[position + 1] ?? '']?.[0] ?? node.attributes[name];
    return given === undefined ? undefined : fromJsonNumber(given as JsonNumber);
  });
  return low !== undefined && high !== undefined && low > high ? 'with min above max' : undefined;
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

/**
 * Its gradient of a convolution with dilations and groups of several channels is not that of its answer (a group for
 * each channel is right); `npm run conformance` found it.
 */
function learningConvolution(node: Node, graph: Parameters<Check>[1], mode: Mode): string | undefined {
  const group = Number(node.attributes.group ?? 1);
  const channels = graph.weights.find(({ name }) => name === node.inputs[1])?.shape[1] ?? 1;
  const isPlain = group === 1 || channels === 1 || noDilations(node) === undefined;
  if (mode === 'inference' || isPlain) return undefined;
  return `in training with group ${group} and dilations ${integers(node, 'dilations')}`;
}

/** A dense layer holds the product of a weight and its factor, which is not what learns. */
function learningGemm(node: Node, graph: Parameters<Check>[1], mode: Mode): string | undefined {
  if (mode === 'inference') return undefined;
  const { alpha = 1, beta = 1 } = node.attributes;
  if (alpha !== 1 || beta !== 1) return `in training with alpha ${alpha} and beta ${beta}`;
  const units = graph.values[node.outputs[0] ?? '']?.shape.at(-1);
  const c = graph.weights.find(({ name }) => name === node.inputs[2]);
  return c && c.shape.at(-1) !== units ? `in training with C of shape ${c.shape.join('×')}` : undefined;
}
