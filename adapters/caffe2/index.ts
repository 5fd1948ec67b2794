/**
 * Caffe2, as PyTorch's wheels carried it up to 1.10. It is driven by `touchstone_bridge.frameworks.caffe2` in a Python
 * worker; this is only its descriptor. The lowering there reads the graph itself where it can; the operators and what is
 * refused of them are listed here, and `tests/python-bridge/caffe2-support.test.ts` holds the two together. All other graphs
 * come to it as a plan of operations.
 */

import {
  type Budget,
  type Framework,
  type Graph,
  type Mode,
  type Support,
  supported,
  unsupported,
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
  overTwoAxes,
  plainTransposed,
  spatialAxes,
  supportOfNodes,
  varyingValues,
  withoutReverse,
} from '../lowering/layers/node-checks.js';
import { graphOrOperations } from '../lowering/layers/plans.js';
import { caffe2, caffe2InTraining } from './capabilities.js';

/** Operators of the lowering, each with the check of what it refuses. */
const operators: Readonly<Record<string, Check>> = {
  Conv: firstOf(spatialAxes, constantInputs(1, 2)),
  ConvTranspose: firstOf(overTwoAxes, constantInputs(1, 2), plainTransposed),
  MaxPool: firstOf(spatialAxes, onlyFirstOutput, noDilations, pool, learningMaximum),
  AveragePool: firstOf(spatialAxes, noDilations, pool),
  GlobalAveragePool: spatialAxes,
  GlobalMaxPool: firstOf(spatialAxes, onlyInference),
  Gemm: nothing,
  MatMul: matmul,
  Pow: power,
  LSTM: firstOf(constantInputs(1, 2, 3), withoutReverse, lstm),
  BatchNormalization: firstOf(constantInputs(1, 2, 3, 4), batchNormalisation),
  Clip: clip,
  Dropout: firstOf(onlyFirstOutput, dropout),
  ReduceMean: constantInputs(1),
  ...Object.fromEntries(
    [
      ...['Relu', 'LeakyRelu', 'Elu', 'Gelu', 'Sigmoid', 'Tanh', 'Exp', 'Log', 'Sqrt', 'Neg', 'Abs', 'Erf'],
      ...['Add', 'Sub', 'Mul', 'Div', 'Identity', 'Softmax'],
      ...['Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Transpose', 'Concat'],
    ].map((operator) => [operator, nothing]),
  ),
};

const own = supportOfNodes(operators, 'Caffe2');

/** The lowering that reads the graph knows float32 alone: which other types an operator has, only the backend's capabilities know. */
function read(graph: Graph, mode: Mode): Support {
  const other = varyingValues(graph).find(({ type }) => type !== 'float32');
  return other ? unsupported(`${other.name} is of type ${other.type}`) : own(graph, mode);
}

const framework: Framework = {
  name: 'caffe2',
  title: 'Caffe2',
  homepage: 'https://caffe2.ai',
  targets: [
    {
      name: 'caffe2/cpu',
      summary: 'a net of its own operators, from Python; MKL and Eigen kernels on the CPU',
      host: 'python',
      device: 'cpu',
      environmentName: 'caffe2',
      distribution: 'torch',
      module: 'caffe2',
      modes: { inference: supported, training: supported },
      precisions: ['float32'],
      generates: true,
      optimisers: ['sgd', 'adam', 'rmsprop'],
      losses: ['softmax-cross-entropy', 'policy-gradient', 'huber'],
      lower: graphOrOperations(read, (mode) => (mode === 'training' ? caffe2InTraining : caffe2)),
      environment,
    },
  ],
};
export default framework;

/** Thread pools of the kernel libraries; the recurrent operator's own are an argument of the net. */
function environment(budget: Budget): Record<string, string> {
  const threads = String(budget.threads);
  return { OMP_NUM_THREADS: threads, MKL_NUM_THREADS: threads };
}

function pool(node: Node): string | undefined {
  const kernel = integers(node, 'kernel_shape');
  const given = String(node.attributes.auto_pad ?? 'NOTSET') === 'NOTSET' ? integers(node, 'pads') : [];
  if (given.some((pad, side) => pad >= (kernel[side % kernel.length] ?? 0))) {
    return 'with pads as wide as the kernel';
  }
  const counted = Boolean(node.attributes.count_include_pad);
  return node.attributes.ceil_mode && counted ? 'with ceil_mode 1 and count_include_pad 1' : undefined;
}

/**
 * The gradient of Caffe2's own maximum goes to every one of several equal values. oneDNN's, which stands in for it in
 * training, has two axes in Caffe2, and takes thin images for others.
 */
function learningMaximum(node: Node, graph: Graph, mode: Mode): string | undefined {
  if (mode === 'inference') return undefined;
  const shapes = [node.inputs[0] ?? '', node.outputs[0] ?? ''].map((name) => shapeOf(graph, name).slice(2));
  if (shapes[0]?.length !== 2) return 'in training, over other than 2 spatial axes';
  const thin = shapes.flat().some((extent) => extent <= 1);
  return thin ? 'in training, from or to a single row or column' : undefined;
}

function onlyInference(_node: Node, _graph: Graph, mode: Mode): string | undefined {
  return mode === 'training' ? 'in training' : undefined;
}

/** A product with a constant matrix is a layer; the gradient of any other does not know broadcasting. */
function matmul(node: Node, graph: Graph, mode: Mode): string | undefined {
  const [left, right] = node.inputs.map((name) => shapeOf(graph, name));
  if (!left || !right || (isConstant(graph, node.inputs[1]) && right.length === 2)) return undefined;
  if (left.length < 2 && right.length < 2) return 'of two vectors';
  const alike = left.length >= 2 && right.length >= 2 && sameShape(left.slice(0, -2), right.slice(0, -2));
  return alike || mode === 'inference' ? undefined : 'in training, with operands that are broadcast';
}

/** The exponent is one number, or has the shape of the base. */
function power(node: Node, graph: Graph, mode: Mode): string | undefined {
  const [base = '', exponent = ''] = node.inputs;
  const left = shapeOf(graph, base);
  const right = shapeOf(graph, exponent);
  const single = isConstant(graph, exponent) && right.every((extent) => extent === 1);
  if (single && right.length <= left.length) return learns(graph, mode, exponent);
  return sameShape(left, right) ? undefined : 'with an operand that is broadcast';
}

function clip(node: Node, graph: Graph, mode: Mode): string | undefined {
  const computed = constantInputs(1, 2)(node, graph, mode);
  return computed ?? learns(graph, mode, node.inputs[1]) ?? learns(graph, mode, node.inputs[2]);
}

/** Numbers that become arguments of the operator cannot learn. */
function learns(graph: Graph, mode: Mode, name = ''): string | undefined {
  const trained = mode === 'training' && graph.parameters.includes(name);
  return trained ? `whose input ${name} learns` : undefined;
}

function shapeOf(graph: Graph, name: string): readonly number[] {
  return graph.values[name]?.shape ?? [];
}

function sameShape(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((extent, axis) => extent === right[axis]);
}

function isConstant(graph: Graph, name = ''): boolean {
  return graph.weights.some((weight) => weight.name === name);
}
