/**
 * Reads a user's `.onnx` file and checks it before anything else touches it: sizes, names, order, nesting, where data
 * may lie. Whatever is wrong is one line that names the node or tensor; nothing is allocated on the file's word alone.
 */
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import type { DataType, Tensor } from '../graph.js';
import { ownOperators } from './contrib-operators.js';
import {
  dataTypeOf,
  decodeAttribute,
  decodeTensor,
  embedded,
  isOutside,
  type RawAttribute,
  refuse,
  toNumber,
} from './decode.js';
import { type ExternalData, externalDataIn, noExternalData } from './external-data.js';
import {
  type GraphProto,
  type ModelProto,
  type NodeProto,
  proto,
  type TensorProto,
  type ValueInfoProto,
} from './proto.js';
import { inOrder } from './topological-order.js';

const oldestOpset = 7;
/** Protobuf's own limit for one message. */
const mostModelBytes = 2 ** 31 - 1;
const deepestNesting = 16;
const mostNodes = 100_000;
/** Names that our own files, or JavaScript's objects, keep for themselves. */
const reservedNames = new Set(['__metadata__', '__proto__']);

/** A dimension that the file leaves open has its symbolic name, or '' where it has none. */
export interface RawInput {
  readonly name: string;
  readonly type: DataType;
  readonly shape: readonly (number | string)[] | undefined;
}

export interface RawNode {
  readonly name: string;
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, RawAttribute>>;
  /** The attributes as the file has them, for writing the node back. */
  readonly proto: NodeProto;
}

/** A checked model: every name resolves, nodes are in topological order, all data is in memory. */
export interface RawModel {
  readonly name: string;
  readonly opset: number;
  /** Without those that are initialisers too. */
  readonly inputs: readonly RawInput[];
  readonly outputs: readonly string[];
  readonly initialisers: ReadonlyMap<string, Tensor>;
  readonly nodes: readonly RawNode[];
}

/** @throws TouchstoneError('model') for anything that is not a usable model */
export function readModelFile(path: string, external = externalDataIn(dirname(path))): RawModel {
  return readModel(readModelBytes(path), path, external);
}

/** @throws TouchstoneError('model') where there is no such file, or none of a model's size */
export function readModelBytes(path: string): Uint8Array {
  try {
    const status = statSync(path);
    // Reading a pipe or a device would wait for ever.
    if (!status.isFile()) throw new Error('it is no file');
    if (status.size <= mostModelBytes) return readFileSync(path);
  } catch (cause) {
    throw new TouchstoneError('model', `cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
  throw refuse(`${path} is larger than 2 GiB`, 'store its weights as external data');
}

/**
 * @param path only for messages
 * @param external where initialisers may have their data; by default nowhere
 */
export function readModel(
  bytes: Uint8Array,
  path: string,
  external: ExternalData = noExternalData,
): RawModel {
  try {
    return checked(proto.ModelProto.decode(bytes), external);
  } catch (cause) {
    // Out of stack, or past the end of the file: both are the decoder's.
    const message =
      cause instanceof RangeError
        ? 'it is cut off, or nested too deeply'
        : cause instanceof TouchstoneError
          ? cause.message
          : `it is not an ONNX model: ${messageOf(cause)}`;
    const hint = cause instanceof TouchstoneError ? cause.hint : 'is it a complete .onnx file?';
    throw new TouchstoneError('model', messageOf(`${path}: ${message}`), {
      cause,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

function checked(model: ModelProto, external: ExternalData): RawModel {
  const graph = model.graph;
  if (!graph) throw refuse('it holds no graph', 'is it a complete .onnx file?');
  const opset = opsetOf(model);
  if ((model.functions ?? []).length > 0) {
    throw refuse('it holds model-local functions, which are not supported', 'inline them with onnx.inliner');
  }
  checkNesting(graph, 0);
  const initialisers = decodeInitialisers(graph, external);
  const inputs = (graph.input ?? [])
    .filter((input) => !initialisers.has(input.name ?? ''))
    .map((input) => decodeInput(input));
  const outputs = (graph.output ?? []).map((output) => output.name ?? '');
  if (outputs.length === 0) throw refuse('its graph has no output');
  const nodes = (graph.node ?? [])
    .flatMap(ownOperators)
    .map((node) => embeddedIn(node, external))
    .map((node, index) => decodeNode(node, index, external));
  const inputNames = new Set(inputs.map((input) => input.name));
  if (inputNames.size < inputs.length) throw refuse('two of its inputs have the same name');
  checkNames([...inputNames, ...initialisers.keys(), ...nodes.flatMap((node) => node.outputs)]);
  const sorted = inOrder(nodes, new Set([...initialisers.keys(), ...inputNames]), outputs);
  return { name: graph.name ?? '', opset, inputs, outputs, initialisers, nodes: sorted };
}

function opsetOf(model: ModelProto): number {
  const imported = (model.opsetImport ?? []).find((entry) => isOnnxDomain(entry.domain));
  if (!imported) throw refuse('it does not say which ONNX operator set it uses', 'is it a .onnx file?');
  const opset = toNumber(imported.version ?? 0, 'its operator set');
  if (opset < oldestOpset) {
    throw refuse(
      `it uses operator set ${opset}; ${oldestOpset} is the oldest that is supported`,
      'convert it with onnx.version_converter',
    );
  }
  return opset;
}

function decodeInput(input: ValueInfoProto): RawInput {
  const name = input.name ?? '';
  const tensor = input.type?.tensorType;
  if (name === '' || !tensor) throw refuse(`input ${name || '(without a name)'} is not a tensor`);
  const shape = tensor.shape?.dim?.map((dim) => {
    if (dim.dimParam) return dim.dimParam;
    const extent = toNumber(dim.dimValue ?? 0, `input ${name}`);
    // Exporters write 0 or −1 for a dimension that they do not know.
    return extent > 0 ? extent : '';
  });
  return { name, type: dataTypeOf(tensor.elemType, `input ${name}`), shape };
}

/** Initialisers of a graph or subgraph, by name. */
export function decodeInitialisers(graph: GraphProto, external: ExternalData): Map<string, Tensor> {
  if ((graph.sparseInitializer ?? []).length > 0) {
    throw refuse('it holds sparse initialisers, which are not supported');
  }
  const initialisers = new Map<string, Tensor>();
  for (const tensor of graph.initializer ?? []) {
    const name = tensor.name ?? '';
    if (name === '') throw refuse('an initialiser has no name');
    if (initialisers.has(name)) throw refuse(`initialiser ${name} occurs twice`);
    initialisers.set(name, decodeTensor(tensor, external, `initialiser ${name}`));
  }
  return initialisers;
}

/** The node with all data that its attributes and branches keep outside: what runs it has no folder to look in. */
function embeddedIn(node: NodeProto, external: ExternalData): NodeProto {
  if (!keepsOutside(node)) return node;
  const own = (tensor: TensorProto) =>
    embedded(tensor, external, `tensor ${tensor.name || 'without a name'}`);
  const inGraph = (graph: GraphProto): GraphProto => ({
    ...graph,
    input: graph.input ?? [],
    output: graph.output ?? [],
    initializer: (graph.initializer ?? []).map(own),
    node: (graph.node ?? []).map((inner) => embeddedIn(inner, external)),
  });
  const attribute = (node.attribute ?? []).map((one) => ({
    ...one,
    type: one.type ?? 0,
    ...(one.t ? { t: own(one.t) } : {}),
    ...(one.g ? { g: inGraph(one.g) } : {}),
  }));
  return { ...node, input: node.input ?? [], output: node.output ?? [], attribute };
}

function keepsOutside(node: NodeProto): boolean {
  return (node.attribute ?? []).some(
    ({ t, g }) =>
      (t && isOutside(t)) ||
      (g && ((g.initializer ?? []).some(isOutside) || (g.node ?? []).some(keepsOutside))),
  );
}

/** @param index for the message about a node without a name */
export function decodeNode(node: NodeProto, index: number, external: ExternalData): RawNode {
  const operator = node.opType ?? '';
  const where = `node ${node.name || `number ${index}`} (${operator})`;
  if (operator === '') throw refuse(`${where} has no operator`);
  if (!isOnnxDomain(node.domain)) {
    throw refuse(
      `${where} is of the operator domain ${node.domain}, and none of those of ONNX Runtime that are known by ONNX's own operators`,
      'export or save the model with ONNX operators alone',
    );
  }
  const attributes = (node.attribute ?? []).map((attribute) => [
    attribute.name ?? '',
    decodeAttribute(attribute, external, where),
  ]);
  return {
    name: node.name ?? '',
    operator,
    inputs: node.input ?? [],
    outputs: node.output ?? [],
    attributes: Object.fromEntries(attributes),
    proto: node,
  };
}

function isOnnxDomain(domain: string | null | undefined): boolean {
  return !domain || domain === 'ai.onnx';
}

function checkNames(names: readonly string[]): void {
  const reserved = names.find((name) => reservedNames.has(name));
  if (reserved !== undefined) throw refuse(`it calls a value ${reserved}, which is a reserved name`);
}

function checkNesting(graph: GraphProto, depth: number): void {
  if (depth > deepestNesting) throw refuse(`its subgraphs are nested more than ${deepestNesting} deep`);
  if ((graph.node ?? []).length > mostNodes) throw refuse(`its graph has more than ${mostNodes} nodes`);
  for (const attribute of (graph.node ?? []).flatMap((node) => node.attribute ?? [])) {
    if (attribute.g) checkNesting(attribute.g, depth + 1);
    for (const inner of attribute.graphs ?? []) checkNesting(inner, depth + 1);
  }
}
