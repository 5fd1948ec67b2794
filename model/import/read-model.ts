/**
 * Reads a user's `.onnx` file and checks sizes, names, order, nesting and the location of external data before anything
 * else uses it. Every defect is reported in one line that names the node or tensor, and no memory is allocated for a size
 * that the file merely claims.
 */
import { readFileSync, statSync } from 'node:fs';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import type { Tensor } from '../graph.js';
import { modelError, NotDescribed } from '../model-error.js';
import { toOnnxDomain } from './contrib-operators.js';
import { checkDeclaredMemory } from './declared-memory.js';
import { declaredValues } from './declared-values.js';
import { dataTypeOf, decodeAttribute, decodeTensor, isExternal, toNumber, withInlineData } from './decode.js';
import { checkDecodedMemory } from './decoded-memory.js';
import { type ExternalData, externalDataOf, noExternalData } from './external-data.js';
import { type ForeignFormat, foreignFormat, foreignFormatOf } from './foreign-formats.js';
import { withoutFourBitTensors } from './four-bit.js';
import { inlineFunctions } from './inline-functions.js';
import { hasIntegerProducts } from './integer-products.js';
import { withoutNarrowFloats } from './narrow-floats.js';
import {
  functionFields,
  type GraphProto,
  graphFields,
  isOnnxDomain,
  type ModelProto,
  type NodeProto,
  nameOf,
  nodeFields,
  proto,
  type TensorProto,
  type ValueInfoProto,
} from './proto.js';
import type { RawInput, RawModel, RawNode } from './raw-model.js';
import { structureDigest } from './structure-digest.js';
import { inTopologicalOrder } from './topological-order.js';
import { checkTensors } from './unsupported-types.js';

const minOpset = 7;
/** The newest that ONNX Runtime has, which runs every model once. */
export const maxOpset = 27;
/** Protobuf's limit for one message. */
const maxModelBytes = 2 ** 31 - 1;
const maxNesting = 16;
const maxNodes = 100_000;
/** Names with a meaning of their own in safetensors files or JavaScript objects. */
const reservedNames = new Set(['__metadata__', '__proto__']);

/**
 * With external data, if it has any, from the folder of the file.
 *
 * @param limitBytes of memory for its tensors, since it may be anybody's
 * @throws TouchstoneError('model') for anything that is not a usable model
 */
export function readModelFile(path: string, limitBytes: number): RawModel {
  return readModel(readModelBytes(path), path, externalDataOf(path), limitBytes);
}

/** @throws TouchstoneError('model') if the file does not exist, is not a regular file or exceeds 2 GiB */
export function readModelBytes(path: string): Uint8Array {
  let foreign: ForeignFormat | undefined;
  try {
    const status = statSync(path);
    // Reading a pipe or a device would block forever.
    if (!status.isFile()) throw new Error('it is not a regular file');
    if (status.size <= maxModelBytes) return readFileSync(path);
    foreign = foreignFormatOf(path, status.size);
  } catch (cause) {
    throw new TouchstoneError('model', `cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
  throw foreign
    ? isForeign(path, foreign)
    : modelError(`${path} is larger than 2 GiB`, 'store its weights as external data');
}

/**
 * @param path for error messages
 * @param external reads initialisers that are stored in other files; by default such a model is rejected
 * @param limitBytes of memory for its tensors; none for our own workloads
 * @param newestOpset that is read: beyond ONNX Runtime's where the shapes of all values are known without it
 * @throws TouchstoneError('model') for anything that is not a usable model
 */
export function readModel(
  bytes: Uint8Array,
  path: string,
  external: ExternalData = noExternalData,
  limitBytes = Number.POSITIVE_INFINITY,
  newestOpset = maxOpset,
): RawModel {
  try {
    if (limitBytes !== Number.POSITIVE_INFINITY) checkDecodedMemory(bytes, limitBytes);
    return checkedModel(bytes, external, limitBytes, newestOpset);
  } catch (cause) {
    const foreign = foreignFormat(bytes);
    if (foreign) throw isForeign(path, foreign);
    // protobufjs throws a RangeError past the end of the data; so does a stack overflow.
    const message =
      cause instanceof RangeError
        ? 'it is truncated, or nested too deeply'
        : cause instanceof TouchstoneError
          ? cause.message
          : `it is not an ONNX model: ${messageOf(cause)}`;
    const hint = cause instanceof TouchstoneError ? cause.hint : 'is it a complete .onnx file?';
    const located = messageOf(`${path}: ${message}`);
    if (cause instanceof NotDescribed) throw new NotDescribed(located, hint, cause);
    throw new TouchstoneError('model', located, {
      cause,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

function isForeign(path: string, { name, hint }: ForeignFormat): TouchstoneError {
  return modelError(`${path}: it is ${name}`, hint);
}

function checkedModel(
  bytes: Uint8Array,
  external: ExternalData,
  limitBytes: number,
  newestOpset: number,
): RawModel {
  const model: ModelProto = proto.ModelProto.decode(bytes);
  const written = model.graph;
  if (!written) throw modelError('it contains no graph', 'is it a complete .onnx file?');
  const opset = opsetOf(model, newestOpset);
  checkTensors(written);
  checkNesting(written);
  for (const each of model.functions ?? []) checkNesting({ node: functionFields(each).node });
  const inlined = inlineFunctions(model, written, bytes, { opset, maxNodes });
  if (limitBytes !== Number.POSITIVE_INFINITY) checkDeclaredMemory(inlined, limitBytes);
  const graph = withoutNarrowFloats(withoutFourBitTensors(inlined, external), external);
  const initialisers = decodeInitialisers(graph, external);
  const { name, input, output, node } = graphFields(graph);
  const inputs = input.filter((each) => !initialisers.has(nameOf(each))).map((each) => decodeInput(each));
  const outputs = output.map(nameOf);
  if (outputs.length === 0) throw modelError('its graph has no output');
  const context = { opset, declared: declaredValues(graph) };
  const nodes = node
    .flatMap((each) => toOnnxDomain(each, context))
    .map((each) => withInlineTensors(each, external))
    .map((each, index) => decodeNode(each, index, external));
  const inputNames = new Set(inputs.map(nameOf));
  if (inputNames.size < inputs.length) throw modelError('two of its inputs have the same name');
  checkNames([...inputNames, ...initialisers.keys(), ...nodes.flatMap(({ outputs: own }) => own)]);
  const sorted = inTopologicalOrder(nodes, new Set([...initialisers.keys(), ...inputNames]), outputs);
  const integerProducts = hasIntegerProducts(node);
  const structure = () =>
    structureDigest(
      model,
      graphFields(written).node.map((each) => withInlineTensors(each, external)),
    );
  return { name, opset, inputs, outputs, initialisers, nodes: sorted, integerProducts, structure };
}

/** @throws TouchstoneError('model') for one that no runtime here has */
export function opsetOf(model: ModelProto, newestOpset = maxOpset): number {
  const imported = model.opsetImport?.find((entry) => isOnnxDomain(entry.domain));
  if (!imported) throw modelError('it imports no ONNX operator set', 'is it a .onnx file?');
  const opset = toNumber(imported.version ?? 0, 'its operator set version');
  if (opset < minOpset) {
    throw modelError(
      `it uses operator set ${opset}; the oldest supported one is ${minOpset}`,
      'convert it with onnx.version_converter',
    );
  }
  if (opset > newestOpset) {
    throw modelError(
      `it uses operator set ${opset}; the newest supported one is ${maxOpset}`,
      `export it with opset_version=${maxOpset}, or convert it with onnx.version_converter`,
    );
  }
  return opset;
}

export function decodeInput(input: ValueInfoProto): RawInput {
  const name = nameOf(input);
  const tensor = input.type?.tensorType;
  if (name === '' || !tensor) throw modelError(`input ${name || '(unnamed)'} is not a tensor`);
  const shape = tensor.shape?.dim?.map((dim) => {
    if (dim.dimParam) return dim.dimParam;
    const extent = toNumber(dim.dimValue ?? 0, `a dimension of input ${name}`);
    // Exporters write 0 or −1 for a dynamic dimension.
    return extent > 0 ? extent : '';
  });
  return { name, type: dataTypeOf(tensor.elemType, `input ${name}`), shape };
}

/** Initialisers of a graph or subgraph by name. */
export function decodeInitialisers(graph: GraphProto, external: ExternalData): Map<string, Tensor> {
  const { initializer, sparseInitializer } = graphFields(graph);
  if (sparseInitializer.length > 0) {
    throw modelError('it contains sparse initialisers, which are not supported');
  }
  const initialisers = new Map<string, Tensor>();
  for (const tensor of initializer) {
    const name = nameOf(tensor);
    if (name === '') throw modelError('an initialiser has no name');
    if (initialisers.has(name)) throw modelError(`initialiser ${name} occurs twice`);
    initialisers.set(name, decodeTensor(tensor, external, `initialiser ${name}`));
  }
  return initialisers;
}

/**
 * The node with the data of its attributes and subgraphs inline: the node is later written to a temporary model file, beside
 * which there is no external data.
 */
export function withInlineTensors(node: NodeProto, external: ExternalData): NodeProto {
  if (!hasExternalTensors(node)) return node;
  const inline = (tensor: TensorProto) =>
    withInlineData(tensor, external, `tensor ${tensor.name || '(unnamed)'}`);
  const inlineGraph = (graph: GraphProto): GraphProto => {
    const fields = graphFields(graph);
    return {
      ...graph,
      ...fields,
      initializer: fields.initializer.map(inline),
      node: fields.node.map((inner) => withInlineTensors(inner, external)),
    };
  };
  const attribute = nodeFields(node).attribute.map((one) => ({
    ...one,
    type: one.type ?? 0,
    ...(one.t ? { t: inline(one.t) } : {}),
    ...(one.g ? { g: inlineGraph(one.g) } : {}),
  }));
  return { ...node, ...nodeFields(node), attribute };
}

function hasExternalTensors(node: NodeProto): boolean {
  return nodeFields(node).attribute.some(
    ({ t, g }) =>
      (t && isExternal(t)) || g?.initializer?.some(isExternal) || g?.node?.some(hasExternalTensors),
  );
}

/** @param index identifies an unnamed node in error messages */
export function decodeNode(node: NodeProto, index: number, external: ExternalData): RawNode {
  const { name, opType: operator, input, output, attribute } = nodeFields(node);
  const where = `node ${name || `number ${index}`} (${operator})`;
  if (operator === '') throw modelError(`${where} has no operator type`);
  if (!isOnnxDomain(node.domain)) {
    throw new NotDescribed(
      `${where} has the operator domain ${node.domain}, for which no decomposition into ONNX operators is known`,
      'export or save the model with ONNX operators only',
    );
  }
  const attributes = attribute.map((each) => [nameOf(each), decodeAttribute(each, external, where)]);
  return {
    name,
    operator,
    inputs: input,
    outputs: output,
    attributes: Object.fromEntries(attributes),
    ...(node.rounds ? { rounds: node.rounds } : {}),
    proto: node,
  };
}

function checkNames(names: readonly string[]): void {
  const reserved = names.find((name) => reservedNames.has(name));
  if (reserved !== undefined) throw modelError(`it has a value named ${reserved}, which is a reserved name`);
}

/** @throws TouchstoneError('model') for subgraphs nested too deeply, or too many nodes in all of them */
function checkNesting(graph: GraphProto): void {
  let count = 0;
  const check = (inner: GraphProto, depth: number) => {
    if (depth > maxNesting) throw modelError(`its subgraphs are nested more than ${maxNesting} deep`);
    const { node } = graphFields(inner);
    count += node.length;
    if (count > maxNodes) throw modelError(`it has more than ${maxNodes} nodes, those of subgraphs included`);
    for (const { g, graphs } of node.flatMap((each) => nodeFields(each).attribute)) {
      for (const each of [...(g ? [g] : []), ...(graphs ?? [])]) check(each, depth + 1);
    }
  };
  check(graph, 0);
}
