/**
 * From a checked model to the neutral form: subgraphs that depend on constants or shapes alone become constants, `If`
 * with a constant condition becomes its branch, identities and inference-time dropout go, names become unique, dead
 * nodes go, and every remaining value has its observed type and shape.
 *
 * Models in the wild need it: exporters write `Shape → Gather → Concat → Reshape` chains and weights as
 * `ConstantOfShape`. Nothing is evaluated by rules of our own: ONNX Runtime ran it (see `observe.ts`).
 */
import { TouchstoneError } from '../../common/errors.js';
import { refuse } from './decode.js';
import type { Attribute, Graph, GraphNode, TensorInfo, Tensors } from './graph.js';
import { type Observation, observe } from './observe.js';
import { type GraphProto, type NodeProto, proto } from './proto.js';
import { noExternalData } from './external-data.js';
import { decodeNode, type RawModel, type RawNode } from './reader.js';
import { needs } from './topology.js';
import { type WritableModel, writeModel } from './write-model.js';

export interface NormalModel {
  readonly graph: Graph;
  /** Data of `graph.weights`. */
  readonly weights: Tensors;
  /** `graph` as a serialised ONNX model. */
  readonly bytes: Uint8Array;
}

/** Their value is known from their input's shape alone. */
const shapeOperators = new Set(['Shape', 'Size']);
/** Never constant, whatever goes in. */
const randomOperators = new Set([
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  'Multinomial',
  'Bernoulli',
]);
const mostInlinings = 64;

/**
 * @param inputs the model's inputs with every dimension bound
 * @param sample one set of real inputs
 * @param parameters initialisers that training updates: they stay as they are
 */
export async function normalise(
  model: RawModel,
  inputs: readonly TensorInfo[],
  sample: Tensors,
  parameters: readonly string[],
): Promise<NormalModel> {
  let current = model;
  for (let round = 0; round < mostInlinings; round++) {
    const observed = await observeAll(current, inputs, sample);
    const inlined = inlineIfs(current, observed);
    if (!inlined) return fold(current, inputs, observed, parameters);
    current = inlined;
  }
  throw refuse('its If nodes are nested too deeply');
}

/** Values that depend on the data of an input; all others are constants. */
export function dataDependent(model: RawModel): Set<string> {
  const dependent = new Set(model.inputs.map((input) => input.name));
  for (const node of model.nodes) {
    if (shapeOperators.has(node.operator)) continue;
    const depends = randomOperators.has(node.operator) || [...needs(node)].some((name) => dependent.has(name));
    if (depends) for (const output of node.outputs) dependent.add(output);
  }
  return dependent;
}

async function observeAll(
  model: RawModel,
  inputs: readonly TensorInfo[],
  sample: Tensors,
): Promise<Observation> {
  const made = model.nodes.flatMap((node) => node.outputs.filter(Boolean));
  const dependent = dataDependent(model);
  const bytes = writeModel({
    name: model.name,
    opset: model.opset,
    inputs,
    outputs: made.map((name) => ({ name })),
    nodes: model.nodes.map((node) => node.proto),
    weights: Object.fromEntries(model.initialisers),
  });
  const observed = await observe(
    bytes,
    sample,
    made.filter((name) => !dependent.has(name)),
  );
  const given = [
    ...inputs,
    ...[...model.initialisers].map(([name, { type, shape }]) => ({ name, type, shape: [...shape] })),
  ];
  return {
    data: observed.data,
    values: { ...Object.fromEntries(given.map((value) => [value.name, value])), ...observed.values },
  };
}

/** The model with one level of its constant `If` nodes replaced by their branches; undefined where there is none. */
function inlineIfs(model: RawModel, observed: Observation): RawModel | undefined {
  const dependent = dataDependent(model);
  const conditional = model.nodes.filter(
    (node) => node.operator === 'If' && !dependent.has(node.inputs[0] ?? ''),
  );
  if (conditional.length === 0) return undefined;
  const nodes = model.nodes.flatMap((node, index) => {
    if (!conditional.includes(node)) return [node];
    const condition = observed.data[node.inputs[0] ?? ''] ?? model.initialisers.get(node.inputs[0] ?? '');
    const branch = node.attributes[Number(condition?.data[0] ?? 0) ? 'then_branch' : 'else_branch'];
    if (typeof branch !== 'object' || !('graph' in branch))
      throw refuse(`node ${node.name} (If) lacks a branch`);
    return branchNodes(branch.graph, node, `if${index}/`);
  });
  return { ...model, nodes };
}

/** A branch's nodes in the outer graph: its own names prefixed, its results named as the `If` node's outputs. */
function branchNodes(branch: GraphProto, node: RawNode, prefix: string): RawNode[] {
  const renamed = new Map<string, string>();
  for (const inner of branch.node ?? [])
    for (const output of inner.output ?? []) renamed.set(output, prefix + output);
  const constants = (branch.initializer ?? []).map((tensor): NodeProto => {
    renamed.set(tensor.name ?? '', prefix + (tensor.name ?? ''));
    const attribute = [{ name: 'value', type: proto.AttributeProto.AttributeType.TENSOR, t: tensor }];
    return { opType: 'Constant', input: [], output: [prefix + (tensor.name ?? '')], attribute };
  });
  const rename = (name: string) => renamed.get(name) ?? name;
  const moved = (branch.node ?? []).map((inner) => ({
    ...inner,
    name: prefix + (inner.name ?? ''),
    input: (inner.input ?? []).map(rename),
    output: (inner.output ?? []).map(rename),
  }));
  const results = (branch.output ?? []).map(
    (result, index): NodeProto => ({
      opType: 'Identity',
      input: [rename(result.name ?? '')],
      output: [node.outputs[index] ?? ''],
    }),
  );
  return [...constants, ...moved, ...results].map((inner, index) => decodeNode(inner, index, noExternalData));
}

function fold(
  model: RawModel,
  inputs: readonly TensorInfo[],
  observed: Observation,
  parameters: readonly string[],
): NormalModel {
  const dependent = dataDependent(model);
  const computed = model.nodes.filter((node) => node.outputs.some((name) => dependent.has(name)));
  const { nodes, nameOf } = withoutCopies(computed, model.outputs);
  const live = liveNodes(nodes, model.outputs);
  const constants = { ...Object.fromEntries(model.initialisers), ...observed.data };
  const used = new Set([...live.flatMap((node) => node.inputs), ...model.outputs.map(nameOf)]);
  const weights = Object.fromEntries(Object.entries(constants).filter(([name]) => used.has(name)));
  for (const output of model.outputs) {
    if (!dependent.has(output)) throw refuse(`its output ${output} does not depend on any input`);
  }
  const info = (name: string) => {
    const value = observed.values[name];
    if (!value) throw new TouchstoneError('internal', `value ${name} was not observed`);
    return value;
  };
  const outputs = model.outputs.map(info);
  const named = uniqueNames(live);
  const graphNodes = named.map(toGraphNode);
  const values = [...used, ...live.flatMap((node) => node.outputs.filter(Boolean))].filter(Boolean);
  const graph: Graph = {
    name: model.name || 'model',
    opset: model.opset,
    inputs: [...inputs],
    outputs,
    weights: Object.keys(weights).map(info),
    parameters: parameters.filter((name) => used.has(name)),
    nodes: graphNodes,
    values: Object.fromEntries(values.map((name) => [name, info(name)])),
  };
  const writable: WritableModel = { ...graph, weights, nodes: named.map(toProto) };
  return { graph, weights, bytes: writeModel(writable) };
}

/**
 * Drops Identity and Dropout (which copies in inference) and lets their consumers read the source. One that makes an
 * output of the graph from an input or a constant stays, since outputs keep their names.
 */
function withoutCopies(nodes: readonly RawNode[], outputs: readonly string[]) {
  const sources = new Map<string, string>();
  const nameOf = (name: string): string => sources.get(name) ?? name;
  const kept: RawNode[] = [];
  for (const node of nodes) {
    const [source = ''] = node.inputs;
    const [copy = ''] = node.outputs;
    const isCopy = node.operator === 'Identity' || (node.operator === 'Dropout' && !node.outputs[1]);
    if (isCopy && !outputs.includes(copy)) sources.set(copy, nameOf(source));
    else if (isCopy) kept.push(asIdentity(node, nameOf(source)));
    else kept.push({ ...node, inputs: node.inputs.map(nameOf) });
  }
  return { nodes: kept, nameOf };
}

function asIdentity(node: RawNode, source: string): RawNode {
  return {
    ...node,
    operator: 'Identity',
    inputs: [source],
    outputs: node.outputs.slice(0, 1),
    attributes: {},
    proto: { ...node.proto, attribute: [] },
  };
}

function liveNodes(nodes: readonly RawNode[], outputs: readonly string[]): RawNode[] {
  const wanted = new Set(outputs);
  const live: RawNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue;
    for (const name of needs(node)) wanted.add(name);
    live.push(node);
  }
  return live.reverse();
}

function uniqueNames(nodes: readonly RawNode[]): RawNode[] {
  const taken = new Set<string>();
  return nodes.map((node, index) => {
    const wanted = node.name || `${node.operator}_${index}`;
    const name = taken.has(wanted) ? `${wanted}_${index}` : wanted;
    taken.add(name);
    return { ...node, name };
  });
}

/** Tensors as attributes occur on constants only, which are folded; a subgraph that is left makes the operator opaque. */
function toGraphNode(node: RawNode): GraphNode {
  const plain = Object.entries(node.attributes).filter((entry): entry is [string, Attribute] => {
    const [, value] = entry;
    return typeof value !== 'object' || Array.isArray(value);
  });
  const { name, operator, inputs, outputs } = node;
  return {
    name,
    operator,
    inputs: [...inputs],
    outputs: [...outputs],
    attributes: Object.fromEntries(plain),
  };
}

function toProto(node: RawNode): NodeProto {
  return {
    ...node.proto,
    name: node.name,
    opType: node.operator,
    input: [...node.inputs],
    output: [...node.outputs],
  };
}
