/**
 * From a graph to the layers of a TensorFlow.js functional model, as data: decided without importing TensorFlow.js, so
 * that planning a run says what cannot be built and why. `build.ts` makes the layers.
 */
import type { Graph, Mode } from '../adapter.js';
import { type Axes, batchFirst, channelsLast, identity, nativeShape } from '../lowering/axes.js';
import { type GraphNode, shapeOf } from '../lowering/nodes.js';
import { operators } from './operators.js';

/** One weight of a layer: which elements of an ONNX weight it holds. */
export interface WeightPlan {
  /** Name of the ONNX weight; undefined for zeros. */
  readonly source: string | undefined;
  /** In the layer's own layout. */
  readonly shape: readonly number[];
  /** For each element in native order the index of its ONNX element. */
  readonly index: Int32Array;
  /** A second ONNX element that is added: the recurrent bias of an LSTM, where the layer has one bias. */
  readonly addend?: Int32Array;
}

export interface LayerPlan {
  /** Factory under `tf.layers`. */
  readonly kind: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** In the order of the layer's own weights. */
  readonly weights: readonly WeightPlan[];
}

/** A value of the plan: which axes it has where, and, behind a flattening, in which order its features are. */
export interface PlannedValue {
  /** Id among the plan's native values. */
  readonly id: string;
  /** ONNX shape. */
  readonly shape: readonly number[];
  readonly axes: Axes;
  /** For a flattened value whose native order is not ONNX's: native feature → ONNX feature. */
  readonly featureIndex?: Int32Array;
}

export interface ModelPlan {
  readonly inputs: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly axes: Axes;
  }[];
  readonly layers: readonly LayerPlan[];
  /** By ONNX output name. */
  readonly outputs: readonly (PlannedValue & { readonly name: string })[];
}

/** Raised for what cannot be lowered; the message names operator and attribute. */
export class Unlowerable extends Error {}

/** What a node's lowering works with. */
export interface Planner {
  readonly graph: Graph;
  readonly mode: Mode;
  value(name: string): PlannedValue;
  /** The value with its axes in that order, by a layer that moves them where they are not; the batch stays first. */
  withAxes(value: PlannedValue, axes: Axes): PlannedValue;
  /** A flattened value in ONNX's own order of features. */
  inOnnxOrder(value: PlannedValue): PlannedValue;
  /** Adds a layer; its first output is the value `name`. */
  add(layer: Omit<LayerPlan, 'outputs'>, name: string, axes: Axes, featureIndex?: Int32Array): PlannedValue;
  /** Adds a layer with several outputs. */
  addMany(
    layer: Omit<LayerPlan, 'outputs'>,
    outputs: readonly { readonly name: string; readonly axes: Axes }[],
  ): void;
  /** Says that a value is another under a new name and with other axes, at no cost. */
  alias(name: string, value: PlannedValue, axes: Axes, featureIndex?: Int32Array): void;
  /** The activation that is the only reader of a value, to be made part of the layer; it is then not lowered again. */
  takeActivation(value: string): { readonly name: string; readonly output: string } | undefined;
}

/** Layers that can have their activation inside, by ONNX operator. */
const activations = new Map([
  ['Relu', 'relu'],
  ['Sigmoid', 'sigmoid'],
  ['Tanh', 'tanh'],
  ['Softmax', 'softmax'],
]);

/** @throws Unlowerable */
export function planModel(graph: Graph, mode: Mode): ModelPlan {
  const values = new Map<string, PlannedValue>();
  const layers: LayerPlan[] = [];
  const taken = new Set<GraphNode>();
  const planner = makePlanner(graph, mode, values, layers, taken);
  const inputs = graph.inputs.map((input) => {
    if (input.type !== 'float32') throw new Unlowerable(`input ${input.name} of type ${input.type}`);
    const axes = inputAxes(graph, input.name, input.shape.length);
    values.set(input.name, { id: input.name, shape: input.shape, axes });
    return { name: input.name, shape: nativeShape(input.shape, axes), axes };
  });
  for (const node of graph.nodes) {
    if (taken.has(node)) continue;
    const lower = Object.hasOwn(operators, node.operator) ? operators[node.operator] : undefined;
    if (!lower) throw new Unlowerable(`the TensorFlow.js lowering has no operator ${node.operator}`);
    lower(node, planner);
  }
  const outputs = graph.outputs.map(({ name }) => ({ ...planner.inOnnxOrder(planner.value(name)), name }));
  return { inputs, layers, outputs };
}

/** Images come channels-last; a sequence that an LSTM reads comes batch-first. */
function inputAxes(graph: Graph, name: string, rank: number): Axes {
  if (rank === 4) return channelsLast;
  const readers = graph.nodes.filter((node) => node.inputs.includes(name));
  return rank === 3 && readers.some((node) => node.operator === 'LSTM') ? batchFirst : identity(rank);
}

function makePlanner(
  graph: Graph,
  mode: Mode,
  values: Map<string, PlannedValue>,
  layers: LayerPlan[],
  taken: Set<GraphNode>,
): Planner {
  const planner: Planner = {
    graph,
    mode,
    value(name) {
      const value = values.get(name);
      if (!value) throw new Unlowerable(`${name} is a constant where a computed value is needed`);
      return value;
    },
    withAxes: (value, axes) => permute(planner, value, axes),
    inOnnxOrder(value) {
      if (!value.featureIndex) return value;
      throw new Unlowerable('a flattened image that something other than Gemm reads');
    },
    add(layer, name, axes, featureIndex) {
      planner.addMany(layer, [{ name, axes }]);
      const made = { id: name, shape: shapeOf(graph, name), axes, ...(featureIndex ? { featureIndex } : {}) };
      values.set(name, made);
      return made;
    },
    addMany(layer, outputs) {
      layers.push({ ...layer, outputs: outputs.map((output) => output.name) });
      for (const { name, axes } of outputs) {
        if (name in graph.values) values.set(name, { id: name, shape: shapeOf(graph, name), axes });
      }
    },
    alias(name, value, axes, featureIndex) {
      values.set(name, {
        id: value.id,
        shape: shapeOf(graph, name),
        axes,
        ...(featureIndex ? { featureIndex } : {}),
      });
    },
    takeActivation(value) {
      const readers = graph.nodes.filter((node) => node.inputs.includes(value));
      const [reader] = readers;
      const isOutput = graph.outputs.some((output) => output.name === value);
      const activation = activations.get(reader?.operator ?? '');
      if (!reader || readers.length > 1 || isOutput || activation === undefined) return undefined;
      // Softmax is over the last axis there; only of a matrix is that the same in every layout and operator set.
      if (activation === 'softmax' && shapeOf(graph, value).length !== 2) return undefined;
      taken.add(reader);
      return { name: activation, output: reader.outputs[0] ?? '' };
    },
  };
  return planner;
}

/** A Permute layer; dimensions count from 1 there, the batch is not among them. */
function permute(planner: Planner, value: PlannedValue, axes: Axes): PlannedValue {
  const dims = axes.map((axis) => value.axes.indexOf(axis));
  if (dims.every((from, to) => from === to) && dims.length === value.axes.length) return value;
  if (dims[0] !== 0 || dims.includes(-1) || dims.length !== value.axes.length) {
    throw new Unlowerable(`a value of shape ${value.shape.join('×')} whose batch is not its first axis`);
  }
  const id = `${value.id}/${axes.join('')}`;
  planner.addMany({ kind: 'permute', config: { dims: dims.slice(1) }, inputs: [value.id], weights: [] }, [
    { name: id, axes },
  ]);
  return { ...value, id, axes };
}
