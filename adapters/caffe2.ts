/**
 * Caffe2, no longer developed; it lives on inside old PyTorch wheels. Driven by
 * `touchstone_bridge.frameworks.caffe2`; this is its descriptor. What is refused here is what the lowering there cannot
 * build.
 */
import { type Framework, type Mode, supported } from './adapter.js';
import {
  batchNormalisation,
  type Check,
  constantInputs,
  dropout,
  firstOf,
  lstm,
  type Node,
  noCeiling,
  noDilations,
  nothing,
  onlyFirstOutput,
  overTwoAxes,
  plainGemm,
  productWithMatrix,
  supportOfNodes,
  withoutState,
} from './lowering/node-checks.js';

const operators: Readonly<Record<string, Check>> = {
  Conv: firstOf(overTwoAxes, constantInputs(1, 2)),
  MaxPool: firstOf(overTwoAxes, onlyFirstOutput, noDilations, noCeiling, noTies),
  AveragePool: firstOf(overTwoAxes, noDilations, noCeiling, noPads),
  GlobalAveragePool: overTwoAxes,
  GlobalMaxPool: overTwoAxes,
  Gemm: firstOf(constantInputs(1, 2), plainGemm),
  MatMul: firstOf(constantInputs(1), productWithMatrix),
  LSTM: firstOf(constantInputs(1, 2, 3), lstm, withoutState, forwardOnly),
  BatchNormalization: firstOf(constantInputs(1, 2, 3, 4), batchNormalisation),
  Softmax: overTheLastAxes,
  Clip: constantInputs(1, 2),
  Dropout: firstOf(onlyFirstOutput, dropout),
  ...Object.fromEntries(
    [
      ...['Relu', 'LeakyRelu', 'Elu', 'Sigmoid', 'Tanh', 'Exp', 'Log', 'Sqrt', 'Neg', 'Abs'],
      ...['Add', 'Sub', 'Mul', 'Div', 'Identity'],
      ...['Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Transpose', 'Concat'],
    ].map((operator) => [operator, nothing]),
  ),
};

const framework: Framework = {
  name: 'caffe2',
  title: 'Caffe2',
  homepage: 'https://caffe2.ai',
  targets: [
    {
      name: 'caffe2/cpu',
      summary: 'NetDefs made once and run by RunNet, in Python; MKL and Eigen on the CPU',
      host: 'python',
      environmentName: 'caffe2',
      module: 'caffe2',
      modes: { inference: supported, training: supported },
      precisions: ['float32'],
      supports: supportOfNodes(operators, 'Caffe2'),
      environment: () => ({}),
    },
  ],
};
export default framework;

/**
 * `MaxPoolGradient` compares every input with the maximum, and gives each that equals it the whole gradient: in the
 * blank parts of a picture, where all four values of a window are the same, four times of what it should.
 */
function noTies(_node: Node, _graph: Parameters<Check>[1], mode: Mode): string | undefined {
  return mode === 'training'
    ? 'in training: where several inputs tie for the maximum, its MaxPoolGradient gives each of them the whole gradient'
    : undefined;
}

/** Whether its average counts pads has changed between its versions. */
function noPads(node: Node): string | undefined {
  const automatic = String(node.attributes.auto_pad ?? 'NOTSET');
  if (automatic.startsWith('SAME')) return `with auto_pad ${automatic}`;
  const { pads } = node.attributes;
  return Array.isArray(pads) && pads.some((pad) => pad !== 0) ? 'with pads' : undefined;
}

function forwardOnly(node: Node): string | undefined {
  const { direction = 'forward' } = node.attributes;
  return direction === 'forward' ? undefined : `with direction ${direction}`;
}

/** Its own takes the axes from `axis` on together, as ONNX did until operator set 13. */
function overTheLastAxes(node: Node, graph: Parameters<Check>[1]): string | undefined {
  if (graph.opset < 13) return undefined;
  const rank = graph.values[node.inputs[0] ?? '']?.shape.length ?? 0;
  const axis = (Number(node.attributes.axis ?? -1) + rank) % rank;
  return axis === rank - 1 ? undefined : `with axis ${axis} of ${rank}`;
}
