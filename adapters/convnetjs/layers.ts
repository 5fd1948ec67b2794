/**
 * From a graph to ConvNetJS's layer list. It knows only chains: each layer takes the one before. Its fully connected
 * layers read a volume in channels-last order, so weights behind a Flatten are permuted.
 */
import type { LayerDefinition } from 'convnetjs';
import type { Graph, Mode } from '../adapter.js';
import {
  number as decimal,
  type GraphNode,
  integer,
  integers,
  optionalInput,
  optionalOutput,
} from '../lowering/attributes.js';
import { formOf } from '../lowering/form.js';
import { varyingValues } from '../lowering/layers/node-checks.js';
import { roundsUp, type Window, windowOf } from '../lowering/layers/windows.js';
import { refuse } from '../lowering/refusal.js';
import type { LayerList, Weighted } from './layer-list.js';
import { checkTraining } from './trainable.js';

interface Extent {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** What has become of the graph up to a node. */
interface Chain {
  readonly graph: Graph;
  readonly mode: Mode;
  readonly extent: Extent;
  readonly previous: GraphNode | undefined;
  readonly next: GraphNode | undefined;
}

interface Made {
  readonly definition?: LayerDefinition;
  readonly weighted?: Weighted;
  /** What the layer gives, where that differs from what it takes. */
  readonly extent?: Extent;
}

type Operator = (node: GraphNode, chain: Chain) => Made;

const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['Conv', conv],
  ['MaxPool', maxPool],
  ['Gemm', gemm],
  ['Relu', () => ({ definition: { type: 'relu' } })],
  ['Sigmoid', () => ({ definition: { type: 'sigmoid' } })],
  ['Tanh', () => ({ definition: { type: 'tanh' } })],
  ['Flatten', flatten],
  ['Reshape', flatten],
  ['Softmax', softmax],
]);

/** @throws UnsupportedError for what ConvNetJS cannot express; the message names operator and attribute */
export function layersOf(graph: Graph, mode: Mode): LayerList {
  // Before anything of its shape: a missing layer is the plainest reason.
  const lacking = new Set(graph.nodes.map((node) => node.operator).filter((name) => !operators.has(name)));
  if (lacking.size > 0) refuse(`ConvNetJS has no layer for ${[...lacking].join(', ')}`);
  const other = varyingValues(graph).find(({ type }) => type !== 'float32');
  if (other) refuse(`ConvNetJS has no other type than its own float64, and ${other.name} is ${other.type}`);
  const [input] = graph.inputs;
  if (!input || graph.inputs.length > 1 || graph.outputs.length > 1) {
    return refuse('ConvNetJS nets have one input and one output');
  }
  let extent = inputExtent(input.shape);
  const first = { type: 'input', out_sx: extent.width, out_sy: extent.height, out_depth: extent.channels };
  const definitions: LayerDefinition[] = [first];
  const weighted: Weighted[] = [];
  let value = input.name;
  for (const [index, node] of graph.nodes.entries()) {
    if (node.inputs[0] !== value) cannot(node, 'that does not take the layer before it: its nets are chains');
    const [previous, next] = [graph.nodes[index - 1], graph.nodes[index + 1]];
    const made = operators.get(node.operator)?.(node, { graph, mode, extent, previous, next }) ?? {};
    if (made.definition) definitions.push(made.definition);
    if (made.weighted) weighted.push(made.weighted);
    extent = made.extent ?? extent;
    value = node.outputs[0] ?? '';
  }
  if (mode === 'training') checkTraining(graph, { definitions, weighted });
  return { form: formOf(definitions.map(({ type }) => type)), definitions, weighted };
}

function conv(node: GraphNode, { graph, extent }: Chain): Made {
  const [filters = 0, channels = 0, ...kernel] = shapeOfConstant(graph, node, 1);
  const window = checkedWindow(node, extent, kernel);
  if (integer(node, 'group', 1) !== 1) cannot(node, `with group ${integer(node, 'group', 1)}`);
  const [height = 1, width = 1] = window.kernel;
  const [[stride = 1], [pad = 0]] = [window.strides, window.pads];
  const bias = optionalInput(node, 2);
  if (bias !== undefined) shapeOfConstant(graph, node, 2);
  return {
    definition: { type: 'conv', sx: width, sy: height, filters, stride, pad },
    weighted: {
      node: node.name,
      weight: node.inputs[1] ?? '',
      bias,
      channels,
      height,
      width,
      isTransposed: false,
    },
    extent: outputExtent(graph, node),
  };
}

function maxPool(node: GraphNode, { graph, extent }: Chain): Made {
  const { kernel, strides, pads } = checkedWindow(node, extent);
  const [height, width] = kernel;
  const second = optionalOutput(node, 1);
  if (second !== undefined) cannot(node, `with its second output ${second}`);
  return {
    definition: { type: 'pool', sx: width, sy: height, stride: strides[0], pad: pads[0] },
    extent: outputExtent(graph, node),
  };
}

/** The last one becomes its `softmax` layer, which brings a fully connected layer and is the loss as well. */
function gemm(node: GraphNode, { graph, mode, extent, next }: Chain): Made {
  for (const [name, plain] of [
    ['transA', 0],
    ['alpha', 1],
    ['beta', 1],
  ] as const) {
    if (decimal(node, name, plain) !== plain) cannot(node, `with ${name} ${decimal(node, name, plain)}`);
  }
  const isTransposed = integer(node, 'transB', 0) === 0;
  const units = shapeOfConstant(graph, node, 1)[isTransposed ? 1 : 0] ?? 0;
  const bias = optionalInput(node, 2);
  if (bias !== undefined) {
    const shape = shapeOfConstant(graph, node, 2);
    if (shape.at(-1) !== units || (shape.length > 1 && shape[0] !== 1))
      cannot(node, `with C of shape ${shape.join('×')}`);
  }
  const endsInSoftmax = next ? next.operator === 'Softmax' : mode === 'training';
  return {
    definition: endsInSoftmax ? { type: 'softmax', num_classes: units } : { type: 'fc', num_neurons: units },
    weighted: { node: node.name, weight: node.inputs[1] ?? '', bias, ...extent, isTransposed },
    extent: { channels: units, height: 1, width: 1 },
  };
}

/** Its fully connected layers flatten by themselves; only the order of an output would be another. */
function flatten(node: GraphNode, { graph, extent, next }: Chain): Made {
  const shape = graph.values[node.outputs[0] ?? '']?.shape ?? [];
  const moves = extent.channels > 1 && extent.height * extent.width > 1;
  const features = extent.channels * extent.height * extent.width;
  if (shape.length !== 2 || shape[1] !== features) cannot(node, `to ${shape.join('×')}: it only flattens`);
  if (moves && !next) cannot(node, 'at the end of the net, where its order of channels would show');
  return {};
}

/** Only as the end of a Gemm, whose layer it is part of. */
function softmax(node: GraphNode, { previous, next }: Chain): Made {
  const axis = integer(node, 'axis', -1);
  if (next || previous?.operator !== 'Gemm' || (axis !== -1 && axis !== 1)) {
    cannot(node, 'that is not over the units of a last Gemm');
  }
  return {};
}

/** ConvNetJS has one stride and one padding for both directions, no dilation, and rounds down. */
function checkedWindow(node: GraphNode, extent: Extent, kernelShape?: readonly number[]): Window {
  const spatial = [extent.height, extent.width];
  const dilations = integers(node, 'dilations', [1, 1]);
  const kernel = integers(node, 'kernel_shape', kernelShape ?? []);
  if (kernel.length !== 2) cannot(node, `over ${kernel.length} spatial axes`);
  if (dilations.some((dilation) => dilation !== 1)) cannot(node, `with dilations ${dilations}`);
  const window = windowOf(node, spatial, kernelShape);
  const { strides, pads } = window;
  if (strides[0] !== strides[1]) cannot(node, `with strides ${strides}: it has one for both axes`);
  if (new Set(pads).size > 1) cannot(node, `with pads ${pads}: it pads all sides alike`);
  if (roundsUp(node, window, spatial)) cannot(node, 'with ceil_mode 1');
  return window;
}

function shapeOfConstant(graph: Graph, node: GraphNode, position: number): readonly number[] {
  const name = node.inputs[position] ?? '';
  const weight = graph.weights.find((candidate) => candidate.name === name);
  return weight?.shape ?? cannot(node, `whose input ${name} is not a constant`);
}

function inputExtent(shape: readonly number[]): Extent {
  if (shape.length === 2) return { channels: shape[1] ?? 0, height: 1, width: 1 };
  if (shape.length !== 4) refuse(`ConvNetJS takes pictures or vectors, not an input of ${shape.length} axes`);
  return pictureExtent(shape);
}

function outputExtent(graph: Graph, node: GraphNode): Extent {
  return pictureExtent(graph.values[node.outputs[0] ?? '']?.shape ?? []);
}

function pictureExtent([, channels = 0, height = 0, width = 0]: readonly number[]): Extent {
  return { channels, height, width };
}

function cannot(node: GraphNode, why: string): never {
  return refuse(`ConvNetJS has no layer for ${node.operator} (${node.name}) ${why}`);
}
