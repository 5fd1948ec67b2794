/** Takes a graph apart node by node and collects the layers; the operators' own rules are in `operators/`. */
import { elementCount } from '../../../model/graph.js';
import type { Graph, Mode } from '../../adapter.js';
import type { GraphNode } from '../attributes.js';
import { refuse } from '../refusal.js';
import { ascending, batchAxis, extent, longAxes, nativeShape, sameList, type Value } from '../value.js';
import type { Activation, LayerDefinition, PlannedLayer } from './layer-plan.js';
import type { NativeWeight } from './weights.js';

/** Activations that layers with weights take in. */
const activations: Readonly<Record<string, Activation>> = { Relu: 'relu', Sigmoid: 'sigmoid', Tanh: 'tanh' };

export class Planner {
  readonly graph: Graph;
  readonly mode: Mode;
  readonly layers: PlannedLayer[] = [];
  readonly #constants: ReadonlyMap<string, readonly number[]>;
  readonly #values = new Map<string, Value>();
  readonly #absorbed = new Set<string>();
  /** Tensors that are others in another shape, with those and their shapes. */
  readonly #views = new Map<number, { readonly tensor: number; readonly shape: readonly number[] }>();
  #tensors = 0;
  #node = '';

  constructor(graph: Graph, mode: Mode) {
    this.graph = graph;
    this.mode = mode;
    this.#constants = new Map(graph.weights.map(({ name, shape }) => [name, shape]));
  }

  /** Whether an earlier layer has taken the node in; otherwise the layers that follow belong to it. */
  begin(node: GraphNode): boolean {
    this.#node = node.name;
    return !this.#absorbed.has(node.name);
  }

  newTensor(): number {
    return this.#tensors++;
  }

  define(name: string, value: Value): void {
    this.#values.set(name, value);
  }

  /** A computed value. */
  value(name: string | undefined): Value {
    const value = this.#values.get(name ?? '');
    return value ?? refuse(`whose input ${name} is a constant`);
  }

  isConstant(name: string): boolean {
    return this.#constants.has(name);
  }

  /** ONNX shape of a weight. */
  constantShape(name: string | undefined): readonly number[] {
    return this.#constants.get(name ?? '') ?? refuse(`whose input ${name} is not a constant`);
  }

  isTrained(name: string | undefined): boolean {
    return this.mode === 'training' && this.graph.parameters.includes(name ?? '');
  }

  /** Observed ONNX shape of a value. */
  shape(name: string | undefined): readonly number[] {
    return this.graph.values[name ?? '']?.shape ?? refuse(`whose value ${name} has no known shape`);
  }

  /** Adds a layer with one output and gives the number of that. */
  layer(
    definition: LayerDefinition,
    inputs: readonly number[],
    weights: readonly NativeWeight[] = [],
  ): number {
    const [output = 0] = this.layerOf(definition, inputs, weights, 1);
    return output;
  }

  /** As `layer`, for a layer with several outputs. */
  layerOf(
    definition: LayerDefinition,
    inputs: readonly number[],
    weights: readonly NativeWeight[],
    count: number,
  ): readonly number[] {
    const outputs = Array.from({ length: count }, () => this.newTensor());
    this.layers.push({ node: this.#node, definition, inputs, outputs, weights });
    return outputs;
  }

  /**
   * A tensor in another shape, both without the batch. A view of a view is one of the tensor below; what is then read by
   * nobody is left out of the plan.
   */
  view(tensor: number, shape: readonly number[], target: readonly number[]): number {
    const below = this.#views.get(tensor) ?? { tensor, shape };
    if (sameList(below.shape, target)) return below.tensor;
    const made = this.layer({ kind: 'reshape', targetShape: target }, [below.tensor]);
    this.#views.set(made, below);
    return made;
  }

  /** All axes but the batch as one. */
  flat(tensor: number): number {
    const below = this.#views.get(tensor);
    if (below?.shape.length === 1) return below.tensor;
    return this.layer({ kind: 'flatten' }, [below?.tensor ?? tensor]);
  }

  /** Without views that nobody reads. */
  usedLayers(outputs: readonly number[]): readonly PlannedLayer[] {
    const read = new Set(outputs);
    const used = this.layers.toReversed().filter((layer) => {
      if (layer.definition.kind === 'reshape' && !layer.outputs.some((tensor) => read.has(tensor)))
        return false;
      for (const tensor of layer.inputs) read.add(tensor);
      return true;
    });
    return used.toReversed();
  }

  /**
   * The activation that is all that becomes of a node's output: a layer with weights takes it in, as the frameworks'
   * documentation writes it. The layer's output is then the activation's, whose name is given.
   */
  takeActivation(output: string, isMatrix: boolean): { activation: Activation; name: string } {
    const only = this.#onlyConsumer(output);
    const activation = only && activationOf(only, this.graph, isMatrix);
    if (!activation) return { activation: 'linear', name: output };
    this.#absorbed.add(only.name);
    return { activation, name: only.outputs[0] ?? '' };
  }

  /** The constant of `units` numbers along the last axis whose addition is all that becomes of a product. */
  takeBias(output: string, units: number): { bias: string; name: string } | undefined {
    const only = this.#onlyConsumer(output);
    const bias = only?.operator === 'Add' ? only.inputs.find((name) => name !== output) : undefined;
    const shape = this.#constants.get(bias ?? '');
    if (!only || bias === undefined || !shape) return undefined;
    const isRow = shape.at(-1) === units && elementCount(shape) === units;
    if (!isRow || shape.length > this.shape(output).length) return undefined;
    this.#absorbed.add(only.name);
    return { bias, name: only.outputs[0] ?? '' };
  }

  /** The node that alone reads a value which is no output of the graph. */
  #onlyConsumer(output: string): GraphNode | undefined {
    const consumers = this.graph.nodes.filter((node) => node.inputs.includes(output));
    const isOutput = this.graph.outputs.some(({ name }) => name === output);
    return consumers.length === 1 && !isOutput ? consumers[0] : undefined;
  }

  /** The value in ONNX order within its flattened last axis. */
  plain(value: Value): Value {
    if (!value.interleaved) return value;
    const { interleaved, ...rest } = value;
    const { shape, order } = interleaved;
    if (value.axes.length !== 2) refuse('of a flattened value in an order that cannot be undone');
    const extents = order.map((axis) => shape[axis] ?? 1);
    const split = this.layer({ kind: 'reshape', targetShape: extents }, [value.tensor]);
    const dims = shape.map((_, axis) => order.indexOf(axis) + 1);
    const ordered = this.layer({ kind: 'permute', dims }, [split]);
    return { ...rest, tensor: this.layer({ kind: 'flatten' }, [ordered]) };
  }

  /** The value with its native axes in the order of `axes`, which leaves out axes of extent 1 at most. */
  arrange(given: Value, axes: readonly number[]): Value {
    const value = this.plain(given);
    if (sameList(value.axes, axes)) return value;
    if (axes[0] !== batchAxis(value)) refuse('which needs another axis than the batch first');
    const wanted = longAxes(value, axes);
    if (sameList(longAxes(value), wanted)) return this.#reshape(value, axes);
    const short = value.axes.filter((axis) => !wanted.includes(axis));
    const order = [...axes.filter((axis) => value.axes.includes(axis))];
    order.push(...short.filter((axis) => !order.includes(axis)));
    const dims = order.slice(1).map((axis) => value.axes.indexOf(axis));
    const tensor = this.layer({ kind: 'permute', dims }, [value.tensor]);
    const moved = { ...value, tensor, axes: order };
    return sameList(order, axes) ? moved : this.#reshape(moved, axes);
  }

  #reshape(value: Value, axes: readonly number[]): Value {
    const target = nativeShape({ ...value, axes });
    return { ...value, axes, tensor: this.view(value.tensor, nativeShape(value), target) };
  }
}

function activationOf(node: GraphNode, graph: Graph, isMatrix: boolean): Activation | undefined {
  if (node.operator !== 'Softmax' || !isMatrix) return activations[node.operator];
  const axis = Number(node.attributes.axis ?? (graph.opset < 13 ? 1 : -1));
  return axis === -1 || axis === 1 ? 'softmax' : undefined;
}

/** The order of a flattened value's axes, or undefined where it is ONNX's own. */
export function interleavingOf(value: Value): Value['interleaved'] {
  const inner = value.shape.map((_, axis) => axis).filter((axis) => axis !== batchAxis(value));
  const present = value.axes.slice(1);
  if (ascending(present.filter((axis) => extent(value, axis) !== 1))) return undefined;
  const order = [...present, ...inner.filter((axis) => !present.includes(axis))];
  return {
    shape: inner.map((axis) => extent(value, axis)),
    order: order.map((axis) => inner.indexOf(axis)),
  };
}
