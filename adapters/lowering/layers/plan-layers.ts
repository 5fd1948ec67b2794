/** From a graph to the layers of a channels-last framework. */
import type { Graph, Mode } from '../../adapter.js';
import type { GraphNode } from '../attributes.js';
import { formOf } from '../form.js';
import { refuse, UnsupportedError } from '../refusal.js';
import { allAxes, batchAxis, extent } from '../value.js';
import type { LayerPlan, PlannedInput, PlannedOutput } from './layer-plan.js';
import { channelsLast, convolution } from './operators/convolution.js';
import { gemm, matMul } from './operators/dense.js';
import { activation, binary, clip, dropout, elu, identity, leakyRelu } from './operators/elementwise.js';
import { inputAxesOfLstm, lstm } from './operators/lstm.js';
import { batchNormalisation, softmax } from './operators/normalisation.js';
import { averagePool, globalPool, maxPool } from './operators/pooling.js';
import { concat, reshape, transpose } from './operators/shape.js';
import { Planner } from './planner.js';

type Operator = (node: GraphNode, planner: Planner) => void;

const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['Conv', convolution],
  ['MaxPool', maxPool],
  ['AveragePool', averagePool],
  ['GlobalAveragePool', globalPool('average')],
  ['GlobalMaxPool', globalPool('max')],
  ['Gemm', gemm],
  ['MatMul', matMul],
  ['LSTM', lstm],
  ['BatchNormalization', batchNormalisation],
  ['Softmax', softmax],
  ['Relu', activation('relu')],
  ['Sigmoid', activation('sigmoid')],
  ['Tanh', activation('tanh')],
  ['LeakyRelu', leakyRelu],
  ['Elu', elu],
  ['Clip', clip],
  ['Add', binary('add')],
  ['Sub', binary('sub')],
  ['Mul', binary('mul')],
  ['Div', binary('div')],
  ['Identity', identity],
  ['Dropout', dropout],
  ['Flatten', reshape],
  ['Reshape', reshape],
  ['Squeeze', reshape],
  ['Unsqueeze', reshape],
  ['Transpose', transpose],
  ['Concat', concat],
]);

/** @throws UnsupportedError naming the operator, and the attribute or input that cannot be expressed */
export function planLayers(graph: Graph, mode: Mode): LayerPlan {
  const planner = new Planner(graph, mode);
  const inputs = graph.inputs.map((input) => planInput(planner, input));
  for (const node of graph.nodes) planNode(planner, node);
  if (mode === 'training') checkTraining(graph, planner);
  const outputs = graph.outputs.map(({ name }) => planOutput(planner, name));
  const layers = planner.usedLayers(outputs.map(({ tensor }) => tensor));
  const form = formOf(layers.map(({ definition }) => definition.kind));
  return { form, inputs, layers, outputs };
}

function planNode(planner: Planner, node: GraphNode): void {
  const operator = operators.get(node.operator);
  if (!operator) refuse(`it has no layer for the operator ${node.operator}`);
  if (!planner.begin(node)) return;
  try {
    operator(node, planner);
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    refuse(`it has no layer for ${node.operator} (${node.name}) ${error.message}`);
  }
}

/** A picture comes with its channels last and a sequence with its batch first, as the framework's users keep them. */
function inputAxes(graph: Graph, name: string, shape: readonly number[]): readonly number[] {
  if (shape.length === 4) return channelsLast(4);
  for (const node of graph.nodes.filter(({ inputs }) => inputs.includes(name))) {
    if (node.operator === 'LSTM') return inputAxesOfLstm(node, name);
    if (/^Conv$|Pool$/.test(node.operator) && shape.length === 3) return channelsLast(3);
  }
  return shape.map((_, axis) => axis);
}

function planInput(planner: Planner, input: Graph['inputs'][number]): PlannedInput {
  const { name, shape, type } = input;
  if (type !== 'float32') refuse(`its input ${name} is of type ${type}`);
  if (shape.length < 2) refuse(`its input ${name} has ${shape.length} axes, and one must be the batch`);
  const axes = inputAxes(planner.graph, name, shape);
  const tensor = planner.newTensor();
  planner.define(name, { tensor, shape, axes });
  const first = planner.value(planner.graph.inputs[0]?.name);
  if (shape[axes[0] ?? 0] !== extent(first, batchAxis(first))) {
    refuse(`its input ${name} has another batch than the first`);
  }
  return { name, tensor, onnxShape: shape, axes };
}

function planOutput(planner: Planner, name: string): PlannedOutput {
  if (planner.isConstant(name)) refuse(`its output ${name} is a constant`);
  const value = planner.plain(planner.value(name));
  // Each label belongs to one place of the logits.
  const { tensor, shape, axes } =
    planner.mode === 'training' ? planner.arrange(value, allAxes(value)) : value;
  return { name, tensor, onnxShape: shape, axes };
}

/** The loss takes the logits alone, and each layer holds its own copy of a weight. */
function checkTraining(graph: Graph, planner: Planner): void {
  if (graph.outputs.length !== 1) refuse('training needs a graph whose only output is the logits');
  // The parts of one tensor in the same layer are one weight.
  const held = planner.layers.flatMap((layer) => [...new Set(layer.weights.map((weight) => weight.name))]);
  for (const parameter of graph.parameters) {
    const count = held.filter((name) => name === parameter).length;
    if (count > 1) refuse(`it cannot train the weight ${parameter}, which several nodes share`);
    if (count === 0) refuse(`it cannot train the weight ${parameter}, which no layer holds`);
  }
}
