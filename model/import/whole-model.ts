/**
 * A file that no graph describes, read as far as it takes to bind its inputs, to draw them and to know it again: for runtimes that are
 * given the file itself.
 */
import { explain } from '../../common/errors.js';
import type { Tensor, Whole } from '../graph.js';
import { NotDescribed } from '../model-error.js';
import { checkDeclaredMemory } from './declared-memory.js';
import { decodeTensor, withInlineData } from './decode.js';
import { type ExternalData, externalDataOf } from './external-data.js';
import {
  type GraphProto,
  graphFields,
  type NodeProto,
  nameOf,
  nodeFields,
  proto,
  type TensorProto,
} from './proto.js';
import type { RawModel, RawNode } from './raw-model.js';
import {
  decodeInput,
  decodeNode,
  opsetOf,
  readModel,
  readModelBytes,
  withInlineTensors,
} from './read-model.js';
import { structureDigest } from './structure-digest.js';

/** As `readModelFile`, of whatever a runtime may be able to run. */
export function readRunnableFile(path: string, limitBytes: number): RawModel {
  return readRunnable(readModelBytes(path), path, externalDataOf(path), limitBytes);
}

/**
 * The model as `readModel` reads it; as a whole, where it has something that no graph has.
 *
 * @throws TouchstoneError('model') for anything that no runtime is to be given
 */
export function readRunnable(
  bytes: Uint8Array,
  path: string,
  external: ExternalData,
  limitBytes: number,
): RawModel {
  try {
    return readModel(bytes, path, external, limitBytes);
  } catch (error) {
    if (!(error instanceof NotDescribed)) throw error;
    // Where it is read from is no part of what it has.
    const own = new NotDescribed(error.message.replace(`${path}: `, ''), error.hint, error);
    return wholeModel(bytes, external, limitBytes, own);
  }
}

/** @param cause what the graph cannot say */
function wholeModel(
  bytes: Uint8Array,
  external: ExternalData,
  limitBytes: number,
  cause: NotDescribed,
): RawModel {
  const model = proto.ModelProto.decode(bytes);
  const graph = model.graph ?? {};
  checkDeclaredMemory(graph, limitBytes);
  const { name, input, output, node, initializer } = graphFields(graph);
  const initialisers = new Map(initializer.map((tensor) => [nameOf(tensor), anyTensor(tensor, external)]));
  const read = {
    name,
    opset: opsetOf(model),
    inputs: input.filter((each) => !initialisers.has(nameOf(each))).map((each) => decodeInput(each)),
    outputs: output.map(nameOf),
    initialisers,
    nodes: node.flatMap((each, index) => decodable(each, index, external)),
    structure: () =>
      structureDigest(
        model,
        node.map((each) => withInlineTensors(each, external)),
      ),
  };
  return { ...read, whole: { ...wholeOf(read, cause), isCoarse: isCoarse(graph) } };
}

/** What is said of a model as a whole. @param cause what the graph cannot say */
export function wholeOf(
  { initialisers, nodes }: Pick<RawModel, 'initialisers' | 'nodes'>,
  cause: NotDescribed,
): Whole {
  // Each weight is a factor of one sum, as a rule, whose terms are no more than its longest axis.
  const longest = [...initialisers.values()].map(({ shape }) => Math.max(1, ...shape));
  return {
    reason: explain(cause),
    isCoarse: isCoarse({ node: nodes.map((each) => each.proto) }),
    terms: longest.reduce((sum, terms) => sum + terms, 1),
  };
}

/** Data of a type that graphs lack is kept as its bytes. */
function anyTensor(tensor: TensorProto, external: ExternalData): Tensor {
  const where = `initialiser ${nameOf(tensor)}`;
  try {
    return decodeTensor(tensor, external, where);
  } catch (error) {
    if (!(error instanceof NotDescribed)) throw error;
    const { rawData, int32Data, stringData } = withInlineData(tensor, external, where);
    const bytes = rawData?.length ? rawData : Buffer.from(JSON.stringify([int32Data, stringData]));
    return { type: 'uint8', shape: (tensor.dims ?? []).map(Number), data: Uint8Array.from(bytes) };
  }
}

function decodable(node: NodeProto, index: number, external: ExternalData): RawNode[] {
  try {
    return [decodeNode(node, index, external)];
  } catch (error) {
    if (error instanceof NotDescribed) return [];
    throw error;
  }
}

/** Numbers in onnx.proto of floating-point types with fewer bits than float32, and of what has 4 bits or fewer. */
const narrowTypes: ReadonlySet<number> = new Set([10, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28]);

function isCoarse(graph: GraphProto): boolean {
  const { initializer, node } = graphFields(graph);
  return initializer.some(({ dataType }) => narrowTypes.has(dataType ?? 0)) || node.some(isCoarseNode);
}

function isCoarseNode(node: NodeProto): boolean {
  const { opType, attribute } = nodeFields(node);
  return (
    /Quant|QLinear|Integer|^QGemm|NBits/.test(opType) ||
    attribute.some(
      ({ name, i, t, g }) =>
        (name === 'to' && narrowTypes.has(Number(i))) ||
        narrowTypes.has(t?.dataType ?? 0) ||
        (g && isCoarse(g)),
    )
  );
}
