/**
 * From a checked model to the neutral form: every value that depends on constants and shapes alone becomes a constant
 * with the value that ONNX Runtime computes for it, an `If` whose condition is then constant is inlined, copies and
 * dead nodes are dropped, names are made unique, and every shape is known.
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
import { refuse } from '../import/decode.js';
import type { NodeProto } from '../import/proto.js';
import type { RawModel, RawNode } from '../import/read-model.js';
import { inOrder, needs } from '../import/topological-order.js';
import { writeModel } from '../import/write-model.js';
import { randomOperators, type Taint, traceTaint } from './data-dependence.js';
import { inlineBranch } from './inline-branches.js';
import { type Observation, observe } from './observe.js';
import { dropIdentities, isInferenceCopy, liveNodes } from './simplify.js';

/** Branches may hold further branches; files in the wild have two or three levels. */
const mostRounds = 20;

export interface NormalModel {
  readonly graph: Graph;
  /** Data of `graph.weights`. */
  readonly weights: Tensors;
  /** `graph` as a serialised ONNX model. */
  readonly bytes: Uint8Array;
}

/** What is normalised, and on what. */
interface Subject {
  readonly model: RawModel;
  readonly inputs: readonly TensorInfo[];
  readonly sample: Tensors;
  readonly parameters: readonly string[];
  readonly observe: Observe;
}

/** Runs a model once, or knows already: see `observe.ts`. */
export type Observe = (model: Uint8Array, inputs: Tensors, keep: readonly string[]) => Promise<Observation>;

/** A graph on its way. */
interface Work {
  nodes: readonly RawNode[];
  /** Initialisers, those of inlined branches among them. */
  readonly constants: Map<string, Tensor>;
}

/**
 * @param inputs the model's inputs with every dimension bound
 * @param sample one set of real inputs, by name
 * @param parameters initialisers that training updates: they stay weights even where they could be folded. A model
 *   without any is for inference, where `Dropout` copies
 * @throws TouchstoneError('model') for what cannot be described with static shapes, or does not run
 */
export async function normalise(
  model: RawModel,
  inputs: readonly TensorInfo[],
  sample: Tensors,
  parameters: readonly string[],
  observeWith: Observe = observe,
): Promise<NormalModel> {
  const subject: Subject = { model, inputs, sample, parameters, observe: observeWith };
  const work: Work = { nodes: [...model.nodes], constants: new Map(model.initialisers) };
  const sources = [...inputs.map((input) => input.name), ...parameters];
  for (let round = 0; round < mostRounds; round++) {
    work.nodes = nameNodes(liveNodes(work.nodes, model.outputs, needs));
    const taint = traceTaint(work.nodes, sources);
    const seen = await look(subject, work, taint);
    const known = new Map([...work.constants, ...Object.entries(seen.data)]);
    const inlined = inlineBranches(work, known, taint);
    if (!inlined) return finish(subject, { nodes: work.nodes, constants: known }, taint, seen);
    work.nodes = inOrder(inlined, new Set([...work.constants.keys(), ...sources]), model.outputs);
  }
  throw refuse(`its branches are nested more than ${mostRounds} deep`);
}

/** Every value of the graph as it is now, with the data of those constants that something varying takes. */
async function look(subject: Subject, work: Work, taint: Taint): Promise<Observation> {
  const { model, inputs, sample } = subject;
  const made = work.nodes.flatMap((node) => node.outputs.filter(Boolean));
  const varyingNodes = work.nodes.filter((node) => isVarying(node, taint));
  const taken = new Set(varyingNodes.flatMap((node) => [...needs(node)]));
  const bytes = writeModel({
    name: model.name,
    opset: model.opset,
    inputs,
    outputs: made.map((name) => ({ name })),
    nodes: work.nodes.map(toProto),
    weights: Object.fromEntries(work.constants),
  });
  if (made.length === 0) throw refuse('its outputs are constants: there is nothing to compute');
  return subject.observe(
    bytes,
    sample,
    made.filter((name) => taken.has(name) && !taint.varying.has(name)),
  );
}

/** @returns the nodes with one level of decided branches in place; undefined where there is none */
function inlineBranches(work: Work, known: ReadonlyMap<string, Tensor>, taint: Taint): RawNode[] | undefined {
  const isDecided = (node: RawNode) =>
    node.operator === 'If' && known.has(node.inputs[0] ?? '') && isVarying(node, taint);
  if (!work.nodes.some(isDecided)) return undefined;
  return work.nodes.flatMap((node) => {
    if (!isDecided(node)) return [node];
    const holds = Number(known.get(node.inputs[0] ?? '')?.data[0]) !== 0;
    const branch = node.attributes[holds ? 'then_branch' : 'else_branch'];
    if (typeof branch !== 'object' || !('graph' in branch)) {
      throw refuse(`node ${node.name} (If) lacks a branch`);
    }
    const inlined = inlineBranch(branch.graph, node.outputs, node.name);
    for (const [name, tensor] of inlined.constants) work.constants.set(name, tensor);
    return inlined.nodes;
  });
}

function finish(subject: Subject, work: Work, taint: Taint, seen: Observation): NormalModel {
  const { model, inputs, parameters } = subject;
  const outputs = model.outputs.filter((output) => taint.varying.has(output));
  const varying = liveNodes(
    work.nodes.filter((node) => isVarying(node, taint)),
    outputs,
    needs,
  );
  for (const node of varying) checkNode(node, taint);
  const used = new Set([...varying.flatMap((node) => node.inputs), ...outputs]);
  const isCopy =
    parameters.length === 0
      ? isInferenceCopy(work.constants, used)
      : (node: RawNode) => node.operator === 'Identity';
  const nodes = nameNodes(dropIdentities(varying, outputs, isCopy));
  if (nodes.length === 0)
    throw refuse('its outputs do not depend on its inputs: there is nothing to compute');
  const weights = weightsOf(nodes, work.constants);
  const values = valuesOf(nodes, inputs, weights, seen);
  return describe(subject, nodes, weights, values, outputs);
}

function describe(
  { model, inputs, parameters }: Subject,
  nodes: readonly RawNode[],
  weights: Tensors,
  values: Record<string, TensorInfo>,
  outputNames: readonly string[],
): NormalModel {
  const outputs = outputNames.map((name) => infoOf(values, name));
  const graph: Graph = {
    name: model.name,
    opset: model.opset,
    inputs: [...inputs],
    outputs,
    weights: Object.keys(weights).map((name) => infoOf(values, name)),
    parameters: parameters.filter((name) => name in weights),
    ...trainableRangesOf(nodes.map(toGraphNode), weights, parameters),
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

/** The first half of the bias of every recurrent layer, along its second axis: see `trainableRanges` of the graph. */
function trainableRangesOf(
  nodes: Graph['nodes'],
  weights: Tensors,
  parameters: readonly string[],
): Pick<Graph, 'trainableRanges'> {
  const biases = nodes.flatMap(({ operator, inputs }) =>
    /^(LSTM|GRU|RNN)$/.test(operator) ? (inputs[3] ?? []) : [],
  );
  const trained = biases.filter((name) => parameters.includes(name));
  if (trained.length === 0) return {};
  const ranges = trained.map((name) => {
    const { shape } = required(weights, name);
    return [name, { begins: [0, 0], ends: [at(shape, 0), at(shape, 1) / 2] }] satisfies [string, object];
  });
  return { trainableRanges: Object.fromEntries(ranges) };
}

/** What settings come from has few elements: a number for each axis, or for each position of one. */
const mostElements = { whole: 1024, fraction: 64 };

export function smallConstants(weights: Tensors, parameters: readonly string[]): Graph['constants'] {
  const small = Object.entries(weights).filter(([name, { type, data }]) => {
    const most = type.includes('float') ? mostElements.fraction : mostElements.whole;
    return data.length <= most && type !== 'float16' && !parameters.includes(name);
  });
  return Object.fromEntries(
    small.map(([name, { data }]) => [
      name,
      Array.from(data as ArrayLike<number | bigint>, (value) => toJsonNumber(Number(value))),
    ]),
  );
}

function isVarying(node: RawNode, taint: Taint): boolean {
  return node.outputs.some((output) => taint.varying.has(output));
}

/** What remains must be describable: no chance, no subgraph, no shape that depends on data. */
function checkNode(node: RawNode, taint: Taint): void {
  const where = `node ${node.name || node.outputs[0]} (${node.operator})`;
  if (randomOperators.has(node.operator))
    throw refuse(`${where} draws random numbers, so its output has no reference`);
  const origin = node.outputs
    .map((output) => taint.unshaped.get(output))
    .find((found) => found !== undefined);
  if (origin !== undefined) {
    throw refuse(
      `${where} makes a value whose shape depends on the input's data (by ${origin}); shapes must be static`,
    );
  }
  for (const [name, attribute] of Object.entries(node.attributes)) {
    if (typeof attribute !== 'object' || Array.isArray(attribute)) continue;
    const isSubgraph = 'graph' in attribute;
    const what = isSubgraph ? 'a subgraph that depends on the input' : 'a tensor';
    throw refuse(
      `${where} has ${what} as its attribute ${name}, which is not supported`,
      isSubgraph ? 'where a whole number or a flag decides, say which it is: --range <input>=1' : undefined,
    );
  }
}

function nameNodes(nodes: readonly RawNode[]): RawNode[] {
  const taken = new Set<string>();
  return nodes.map((node, index) => {
    const wanted = node.name || `${node.operator}_${index}`;
    let name = wanted;
    for (let copy = 2; taken.has(name); copy++) name = `${wanted}_${copy}`;
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
  seen: Observation,
): Record<string, TensorInfo> {
  const values: Record<string, TensorInfo> = {};
  for (const input of inputs) values[input.name] = input;
  for (const [name, { type, shape }] of Object.entries(weights))
    values[name] = { name, type, shape: [...shape] };
  for (const name of nodes.flatMap((node) => node.outputs.filter(Boolean))) {
    values[name] = infoOf(seen.values, name);
  }
  return values;
}

function infoOf(values: Readonly<Record<string, TensorInfo>>, name: string): TensorInfo {
  const info = values[name];
  if (!info) throw refuse(`ONNX Runtime did not tell the shape of ${name}`);
  return info;
}

function toGraphNode({ name, operator, inputs, outputs, attributes }: RawNode): GraphNode {
  return {
    name,
    operator,
    inputs: [...inputs],
    outputs: [...outputs],
    // `checkNode` has refused the others.
    attributes: attributes as Record<string, Attribute>,
  };
}

function toProto({ name, operator, inputs, outputs, proto }: RawNode): NodeProto {
  return {
    name,
    opType: operator,
    input: [...inputs],
    output: [...outputs],
    attribute: proto.attribute ?? [],
  };
}
