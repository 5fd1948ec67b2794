/**
 * From a graph to ConvNetJS's layer list. It knows only chains: each layer takes the one before. Its fully connected
 * layers read a volume in channels-last order, so weights behind a Flatten are permuted.
 */
import type { LayerDefinition } from 'convnetjs';
import type { Graph, Mode } from '../adapter.js';
import { type GraphNode, integer, isWeight, shapeOf, window2d } from '../lowering/nodes.js';

/** Where the weights of one `conv` or `fc` layer come from. */
export interface Weighted {
  readonly weight: string;
  /** Undefined where the graph has none; ConvNetJS then keeps a bias of zero. */
  readonly bias: string | undefined;
  /** Of a convolution: its filters' extents; of a fully connected layer: what its input was before flattening. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** A Gemm whose weight is [inputs, outputs], not [outputs, inputs]. */
  readonly isTransposed: boolean;
}

export interface LayerList {
  readonly definitions: LayerDefinition[];
  /** In the order of the net's `conv` and `fc` layers. */
  readonly weighted: Weighted[];
}

interface Extent {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Raised for what ConvNetJS cannot express; the message names operator and attribute. */
export class Inexpressible extends Error {}

const activations = new Map([
  ['Relu', 'relu'],
  ['Sigmoid', 'sigmoid'],
  ['Tanh', 'tanh'],
]);

const operators = new Set([
  ...activations.keys(),
  'Conv',
  'MaxPool',
  'Gemm',
  'Flatten',
  'Reshape',
  'Softmax',
]);

/** @throws Inexpressible */
export function layersOf(graph: Graph, mode: Mode): LayerList {
  // Before anything of its shape: a missing layer is the plainest reason.
  const lacking = new Set(graph.nodes.map((node) => node.operator).filter((name) => !operators.has(name)));
  if (lacking.size > 0) throw new Inexpressible(`ConvNetJS has no layer for ${[...lacking].join(', ')}`);
  const [input, ...others] = graph.inputs;
  if (!input || others.length > 0) throw new Inexpressible('ConvNetJS takes one input');
  let extent = inputExtent(input.shape);
  const first = { type: 'input', out_sx: extent.width, out_sy: extent.height, out_depth: extent.channels };
  const definitions: LayerDefinition[] = [first];
  const weighted: Weighted[] = [];
  let previous = input.name;
  for (const [index, node] of graph.nodes.entries()) {
    if (node.inputs[0] !== previous) {
      throw new Inexpressible(`${nameOf(node)} does not take the layer before it: ConvNetJS nets are chains`);
    }
    const made = layerOf(graph, node, extent, { mode, next: graph.nodes[index + 1] });
    if (made.definition) definitions.push(made.definition);
    if (made.weighted) weighted.push(made.weighted);
    extent = made.extent ?? extent;
    previous = node.outputs[0] ?? '';
  }
  if (mode === 'training' && definitions.at(-1)?.type !== 'softmax') {
    throw new Inexpressible('training needs a last Gemm, which becomes ConvNetJS’s softmax layer');
  }
  return { definitions, weighted };
}

/** Where in the chain a node stands. */
interface Place {
  readonly mode: Mode;
  readonly next: GraphNode | undefined;
}

interface Made {
  readonly definition?: LayerDefinition;
  readonly weighted?: Weighted;
  /** What the layer gives, where that differs from what it takes. */
  readonly extent?: Extent;
}

function layerOf(graph: Graph, node: GraphNode, extent: Extent, place: Place): Made {
  const activation = activations.get(node.operator);
  if (activation !== undefined) return { definition: { type: activation } };
  const output = shapeOf(graph, node.outputs[0] ?? '');
  switch (node.operator) {
    case 'Gemm':
      return gemm(graph, node, extent, place);
    case 'Conv':
      return conv(graph, node, output);
    case 'MaxPool':
      return maxPool(graph, node, output);
    case 'Flatten':
    case 'Reshape':
      // Its fully connected layers flatten by themselves.
      if (output.length === 2) return {};
      throw new Inexpressible(`${nameOf(node)} to ${output.join('×')}: ConvNetJS only flattens`);
    case 'Softmax':
      if (!place.next && integer(node, 'axis', -1) % 2 !== 0 && extent.height * extent.width === 1) return {};
      throw new Inexpressible(`${nameOf(node)} is not over the classes at the end of the net`);
    default:
      throw new Inexpressible(`ConvNetJS has no layer for ${node.operator}`);
  }
}

function conv(graph: Graph, node: GraphNode, output: readonly number[]): Made {
  const {
    kernel: [height, width],
    stride,
    pad,
  } = squareWindow(graph, node);
  if (integer(node, 'group', 1) !== 1)
    throw new Inexpressible(`${nameOf(node)} with groups: ConvNetJS has none`);
  const [filters = 0, channels = 0] = shapeOf(graph, node.inputs[1] ?? '');
  requireWeights(graph, node);
  return {
    definition: { type: 'conv', sx: width, sy: height, filters, stride, pad },
    weighted: {
      weight: node.inputs[1] ?? '',
      bias: node.inputs[2] || undefined,
      channels,
      height,
      width,
      isTransposed: false,
    },
    extent: imageExtent(output),
  };
}

function maxPool(graph: Graph, node: GraphNode, output: readonly number[]): Made {
  const {
    kernel: [height, width],
    stride,
    pad,
  } = squareWindow(graph, node);
  if (node.outputs[1]) throw new Inexpressible(`${nameOf(node)} with indices as a second output`);
  return { definition: { type: 'pool', sx: width, sy: height, stride, pad }, extent: imageExtent(output) };
}

/** The last one becomes its `softmax` layer, which brings a fully connected layer and is the loss as well. */
function gemm(graph: Graph, node: GraphNode, extent: Extent, { mode, next }: Place): Made {
  const plain =
    integer(node, 'transA', 0) === 0 && integer(node, 'alpha', 1) === 1 && integer(node, 'beta', 1) === 1;
  if (!plain) throw new Inexpressible(`${nameOf(node)} with transA, alpha or beta`);
  requireWeights(graph, node);
  const outputs = shapeOf(graph, node.outputs[0] ?? '')[1] ?? 0;
  const endsInSoftmax = next ? next.operator === 'Softmax' : mode === 'training';
  const isTransposed = integer(node, 'transB', 0) === 0;
  return {
    definition: endsInSoftmax
      ? { type: 'softmax', num_classes: outputs }
      : { type: 'fc', num_neurons: outputs },
    weighted: { weight: node.inputs[1] ?? '', bias: node.inputs[2] || undefined, ...extent, isTransposed },
    extent: { channels: outputs, height: 1, width: 1 },
  };
}

/** ConvNetJS has one stride and one padding for both directions, no dilation, and rounds down. */
function squareWindow(graph: Graph, node: GraphNode) {
  const window = window2d(graph, node);
  if (!window) throw new Inexpressible(`${nameOf(node)} that is not two-dimensional`);
  const { kernel, strides, pads, dilations, ceil } = window;
  if (strides[0] !== strides[1])
    throw new Inexpressible(`${nameOf(node)} with strides ${strides.join(' and ')}: ConvNetJS has one`);
  if (new Set(pads).size > 1)
    throw new Inexpressible(`${nameOf(node)} with pads ${pads.join(', ')}: ConvNetJS pads all sides alike`);
  if (dilations.some((dilation) => dilation !== 1))
    throw new Inexpressible(`${nameOf(node)} with dilations: ConvNetJS has none`);
  if (ceil) throw new Inexpressible(`${nameOf(node)} with ceil_mode: ConvNetJS rounds down`);
  return { kernel, stride: strides[0], pad: pads[0] };
}

function requireWeights(graph: Graph, node: GraphNode): void {
  const computed = node.inputs.slice(1).find((name) => name !== '' && !isWeight(graph, name));
  if (computed !== undefined) throw new Inexpressible(`${nameOf(node)} whose weight ${computed} is computed`);
}

function inputExtent(shape: readonly number[]): Extent {
  if (shape.length === 2) return { channels: shape[1] ?? 0, height: 1, width: 1 };
  if (shape.length === 4) return imageExtent(shape);
  throw new Inexpressible(`an input with ${shape.length} dimensions: ConvNetJS takes images or vectors`);
}

function imageExtent([, channels = 0, height = 0, width = 0]: readonly number[]): Extent {
  return { channels, height, width };
}

function nameOf(node: GraphNode): string {
  return `${node.operator} (${node.name})`;
}
