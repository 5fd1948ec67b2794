/**
 * Turns a checked model into the neutral graph. Values that depend only on constants and shapes become constants, computed by
 * ONNX Runtime; an `If` with a constant condition is replaced by the selected branch, a loop with a known number of iterations by its
 * bodies; copies and dead nodes are removed; node
 * names are made unique; every shape is known.
 */

import { at, required } from '../../common/at.js';
import {
  type Attribute,
  type Graph,
  type GraphNode,
  type Tensor,
  type TensorInfo,
  type Tensors,
  toJsonNumber,
} from '../graph.js';
import type { RawModel, RawNode } from '../import/raw-model.js';
import { inTopologicalOrder, valuesReadBy } from '../import/topological-order.js';
import { checkResults } from '../import/unsupported-types.js';
import { writeModel } from '../import/write-model.js';
import { modelError, NotDescribed } from '../model-error.js';
import { countedLoops, unrollLoops } from './counted-loops.js';
import { type DataDependence, randomOperators, traceDataDependence } from './data-dependence.js';
import { inlineBranch } from './inline-branches.js';
import { type Observation, observe } from './observe.js';
import { type Observe, observeNodes, observeValues, toProto } from './observe-nodes.js';
import { resolveSequences } from './resolve-sequences.js';
import { isInferenceCopy, liveNodes, removeCopies } from './simplify.js';

/** Levels of nested branches that are resolved; published models have two or three. */
const maxBranchLevels = 20;

export interface NormalisedModel {
  readonly graph: Graph;
  /** Data of `graph.weights`. */
  readonly weights: Tensors;
  /** `graph` as a serialised ONNX model. */
  readonly bytes: Uint8Array;
}

interface Request {
  readonly model: RawModel;
  readonly inputs: readonly TensorInfo[];
  readonly sample: Tensors;
  readonly parameters: readonly string[];
  readonly observe: Observe;
}

/** The graph while it is being normalised. */
interface WorkingGraph {
  nodes: readonly RawNode[];
  /** Initialisers, including those of inlined branches. */
  readonly constants: Map<string, Tensor>;
}

/**
 * @param inputs of the model, with static shapes
 * @param sample one set of real inputs, by name
 * @param parameters initialisers that training updates: they stay weights even if they could be folded. Without any, the
 *   model is normalised for inference, where `Dropout` is a copy
 * @throws TouchstoneError('model') for a model that fails to run or cannot be described with static shapes
 */
export async function normalise(
  model: RawModel,
  inputs: readonly TensorInfo[],
  sample: Tensors,
  parameters: readonly string[],
  observeWith: Observe = observe,
): Promise<NormalisedModel> {
  const request: Request = { model, inputs, sample, parameters, observe: observeWith };
  const graph: WorkingGraph = { nodes: [...model.nodes], constants: new Map(model.initialisers) };
  const sources = [...inputs.map((input) => input.name), ...parameters];
  for (let level = 0; level < maxBranchLevels; level++) {
    graph.nodes = withUniqueNames(liveNodes(graph.nodes, model.outputs, valuesReadBy));
    const dependence = traceDataDependence(graph.nodes, sources);
    const branching = branchingOn(graph.nodes, dependence);
    if (branching.size === 0) {
      const loops = await countedLoops({ ...request, ...graph }, graph.nodes, dependence);
      if (loops.length > 0) {
        replaceNodes(unrollLoops(graph.nodes, graph.constants, loops, model.opset));
        continue;
      }
      const resolved = await resolveSequences({ ...request, ...graph }, graph.nodes, dependence);
      if (resolved !== graph.nodes) {
        graph.nodes = resolved;
        continue;
      }
      const observation = await observeGraph(request, graph, dependence);
      const known = new Map([...graph.constants, ...Object.entries(observation.data)]);
      return finish(request, { nodes: graph.nodes, constants: known }, dependence, observation);
    }
    const conditions = await conditionsOf(request, graph, branching);
    replaceNodes(inlineBranches(graph, branching, conditions, model.opset));
  }
  throw modelError(`its branches and loops are nested more than ${maxBranchLevels} deep`);

  function replaceNodes(nodes: readonly RawNode[]): void {
    const given = new Set([...graph.constants.keys(), ...sources]);
    graph.nodes = inTopologicalOrder(nodes, given, model.outputs);
  }
}

/** The conditions of every `If` that computes with inputs but is decided by constants and shapes, by node. */
function branchingOn(nodes: readonly RawNode[], dependence: DataDependence): ReadonlyMap<RawNode, string> {
  return new Map(
    nodes.flatMap((node) => {
      const [condition] = node.inputs;
      const isDecided = condition !== undefined && !dependence.varying.has(condition);
      return node.operator === 'If' && isDecided && isVarying(node, dependence) ? [[node, condition]] : [];
    }),
  );
}

/** Their data. Only what it takes to compute them is run: branches may hold most of the model, and may be nested. */
async function conditionsOf(
  request: Request,
  { nodes, constants }: WorkingGraph,
  branching: ReadonlyMap<RawNode, string>,
): Promise<ReadonlyMap<string, Tensor>> {
  const computed = [...new Set(branching.values())].filter((name) => !constants.has(name));
  const { data } = await observeValues({ ...request, constants }, nodes, computed, computed);
  return new Map([...constants, ...Object.entries(data)]);
}

/** Shapes of all values of the current graph, and data of those constant values that a varying node reads. */
async function observeGraph(
  request: Request,
  { nodes, constants }: WorkingGraph,
  dependence: DataDependence,
): Promise<Observation> {
  checkResults(nodes);
  const produced = nodes.flatMap((node) => node.outputs.filter(Boolean));
  if (produced.length === 0) throw modelError('its outputs are constants: there is nothing to compute');
  const varyingNodes = nodes.filter((node) => isVarying(node, dependence));
  const read = new Set(varyingNodes.flatMap((node) => [...valuesReadBy(node)]));
  const kept = produced.filter((name) => read.has(name) && !dependence.varying.has(name));
  return observeNodes({ ...request, constants }, nodes, produced, kept);
}

/** The nodes with the branches inlined that `conditions` selects. */
function inlineBranches(
  { nodes, constants }: WorkingGraph,
  branching: ReadonlyMap<RawNode, string>,
  conditions: ReadonlyMap<string, Tensor>,
  opset: number,
): RawNode[] {
  return nodes.flatMap((node) => {
    const name = branching.get(node);
    if (name === undefined) return [node];
    const condition = required(conditions, name, 'conditions of branches');
    const key = Number(condition.data[0]) !== 0 ? 'then_branch' : 'else_branch';
    const branch = node.attributes[key];
    if (typeof branch !== 'object' || !('graph' in branch)) {
      throw modelError(`node ${node.name} (If) has no attribute ${key}`);
    }
    const inlined = inlineBranch(branch.graph, node.outputs, node.name, opset);
    for (const [constant, tensor] of inlined.constants) constants.set(constant, tensor);
    return inlined.nodes;
  });
}

function finish(
  request: Request,
  { nodes, constants }: WorkingGraph,
  dependence: DataDependence,
  observation: Observation,
): NormalisedModel {
  const { model, inputs, parameters } = request;
  const outputs = model.outputs.filter((output) => dependence.varying.has(output));
  const varying = liveNodes(
    nodes.filter((node) => isVarying(node, dependence)),
    outputs,
    valuesReadBy,
  );
  for (const node of varying) checkNode(node, dependence);
  const used = new Set([...varying.flatMap((node) => node.inputs), ...outputs]);
  const isCopy =
    parameters.length === 0
      ? isInferenceCopy(constants, used)
      : (node: RawNode) => node.operator === 'Identity';
  const remaining = withUniqueNames(removeCopies(varying, outputs, isCopy));
  if (remaining.length === 0)
    throw modelError('its outputs do not depend on its inputs: there is nothing to compute');
  const weights = weightsOf(remaining, constants);
  const values = valuesOf(remaining, inputs, weights, observation);
  return describe(request, remaining, weights, values, outputs);
}

function describe(
  { model, inputs, parameters }: Request,
  nodes: readonly RawNode[],
  weights: Tensors,
  values: Record<string, TensorInfo>,
  outputNames: readonly string[],
): NormalisedModel {
  const outputs = outputNames.map((name) => infoOf(values, name));
  const graph: Graph = {
    name: model.name,
    ...(model.integerProducts ? { integerProducts: true as const } : {}),
    opset: model.opset,
    inputs: [...inputs],
    outputs,
    weights: Object.keys(weights).map((name) => infoOf(values, name)),
    parameters: parameters.filter((name) => name in weights),
    ...recurrentBiasesOf(nodes, weights, parameters),
    ...roundingOf(nodes),
    nodes: nodes.map(toGraphNode),
    constants: smallConstants(weights, parameters),
    values,
  };
  const { name, opset } = model;
  return {
    graph,
    weights,
    bytes: writeModel({ name, opset, inputs, outputs, nodes: nodes.map(toProto), weights }),
  };
}

/** What is known of the biases of recurrent layers, [directions, 2·gates·hidden]: the second half is the recurrent one. */
function recurrentBiasesOf(
  nodes: readonly RawNode[],
  weights: Tensors,
  parameters: readonly string[],
): Pick<Graph, 'trainableRanges' | 'zeroRecurrentBiases'> {
  const biases = nodes
    .flatMap(({ operator, inputs }) => (/^(LSTM|GRU|RNN)$/.test(operator) && inputs[3] ? [inputs[3]] : []))
    .filter((name) => Object.hasOwn(weights, name));
  const ranges = biases
    .filter((name) => parameters.includes(name))
    .map((name) => {
      const { shape } = required(weights, name);
      return [name, { begins: [0, 0], ends: [at(shape, 0), at(shape, 1) / 2] }] satisfies [string, object];
    });
  const zero = biases.filter((name) => hasZeroRecurrentHalf(required(weights, name)));
  return {
    ...(ranges.length === 0 ? {} : { trainableRanges: Object.fromEntries(ranges) }),
    ...(zero.length === 0 ? {} : { zeroRecurrentBiases: zero }),
  };
}

function roundingOf(nodes: readonly RawNode[]): Pick<Graph, 'quantisedStates' | 'roundedFactors'> {
  const named = (kind: RawNode['rounds']) =>
    nodes.filter(({ rounds }) => rounds === kind).map(({ name }) => name);
  const [states, factors] = [named('state'), named('factor')];
  return {
    ...(states.length === 0 ? {} : { quantisedStates: states }),
    ...(factors.length === 0 ? {} : { roundedFactors: factors }),
  };
}

function hasZeroRecurrentHalf({ shape, data }: Tensor): boolean {
  const columns = at(shape, 1);
  return Array.from(data, Number).every((value, index) => value === 0 || index % columns < columns / 2);
}

/** Constants that are settings of a node have few elements: one for each axis, or for each position along one axis. */
const maxSettingElements = { integer: 1024, float: 64 };

/** Data of constants that are small enough to be settings of a node; lowerings read them while they plan. */
function smallConstants(weights: Tensors, parameters: readonly string[]): Graph['constants'] {
  const small = Object.entries(weights).filter(([name, { type, data }]) => {
    const limit = type.startsWith('float') ? maxSettingElements.float : maxSettingElements.integer;
    return data.length <= limit && type !== 'float16' && !parameters.includes(name);
  });
  return Object.fromEntries(
    small.map(([name, { data }]) => [
      name,
      Array.from(data as ArrayLike<number | bigint>, (value) => toJsonNumber(Number(value))),
    ]),
  );
}

function isVarying(node: RawNode, dependence: DataDependence): boolean {
  return node.outputs.some((output) => dependence.varying.has(output));
}

/** @throws TouchstoneError('model') for randomness, subgraphs, and shapes that depend on data */
function checkNode(node: RawNode, dependence: DataDependence): void {
  const where = `node ${node.name || node.outputs[0]} (${node.operator})`;
  if (randomOperators.has(node.operator))
    throw modelError(`${where} draws random numbers, so that its output has no reference`);
  const origin = node.outputs
    .map((output) => dependence.dynamicShapes.get(output))
    .find((found) => found !== undefined);
  if (origin !== undefined) {
    throw new NotDescribed(
      `${where} has an output whose shape depends on the data of the input (through ${origin}); shapes must be static`,
    );
  }
  for (const [name, attribute] of Object.entries(node.attributes)) {
    if (typeof attribute !== 'object' || Array.isArray(attribute)) continue;
    const isSubgraph = 'graph' in attribute;
    const what = isSubgraph ? 'a subgraph that depends on the input' : 'a tensor';
    throw new NotDescribed(
      `${where} has ${what} as its attribute ${name}, which is not supported`,
      isSubgraph ? wayOut(node.operator) : undefined,
    );
  }
}

function wayOut(operator: string): string {
  const fixed = 'if an integer or boolean input decides it, fix its value: --range <input>=1';
  return operator === 'If'
    ? fixed
    : `export it with a small number of steps that no data decides, or as LSTM or GRU; ${fixed}`;
}

/** Names nodes that have no name, and appends a number to repeated names. */
function withUniqueNames(nodes: readonly RawNode[]): RawNode[] {
  const taken = new Set<string>();
  /** The number of the last copy by name: all nodes may have one name, and each copy is looked for once. */
  const copies = new Map<string, number>();
  return nodes.map((node, index) => {
    const wanted = node.name || `${node.operator}_${index}`;
    let name = wanted;
    for (let copy = copies.get(wanted) ?? 2; taken.has(name); copy++) {
      name = `${wanted}_${copy}`;
      copies.set(wanted, copy + 1);
    }
    taken.add(name);
    return { ...node, name };
  });
}

function weightsOf(nodes: readonly RawNode[], constants: ReadonlyMap<string, Tensor>): Tensors {
  const weights: Record<string, Tensor> = {};
  for (const name of nodes.flatMap((node) => node.inputs)) {
    const tensor = constants.get(name);
    if (tensor) weights[name] = tensor;
  }
  return weights;
}

function valuesOf(
  nodes: readonly RawNode[],
  inputs: readonly TensorInfo[],
  weights: Tensors,
  observation: Observation,
): Record<string, TensorInfo> {
  const values: Record<string, TensorInfo> = {};
  for (const input of inputs) values[input.name] = input;
  for (const [name, { type, shape }] of Object.entries(weights))
    values[name] = { name, type, shape: [...shape] };
  for (const name of nodes.flatMap((node) => node.outputs.filter(Boolean))) {
    values[name] = infoOf(observation.values, name);
  }
  return values;
}

function infoOf(values: Readonly<Record<string, TensorInfo>>, name: string): TensorInfo {
  const info = values[name];
  if (!info) throw modelError(`ONNX Runtime did not report the shape of ${name}`);
  return info;
}

function toGraphNode({ name, operator, inputs, outputs, attributes }: RawNode): GraphNode {
  return {
    name,
    operator,
    inputs: [...inputs],
    outputs: [...outputs],
    // `checkNode` has rejected tensors and subgraphs.
    attributes: attributes as Record<string, Attribute>,
  };
}
