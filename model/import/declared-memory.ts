/**
 * What a model says of the size of its tensors, summed before any of them is read or computed. Sizes that only computation
 * shows are not known here: the process that runs the model once has a limit of memory for those.
 */
import { raiseModelMemory, sizeText } from '../../common/memory.js';
import { elementBytes, elementCount } from '../graph.js';
import { modelError } from '../model-error.js';
import { decodeTensor, isExternal, knownType, toNumber } from './decode.js';
import { noExternalData } from './external-data.js';
import {
  type GraphProto,
  graphFields,
  type NodeProto,
  nameOf,
  nodeFields,
  type TensorProto,
} from './proto.js';
import { maxWeightBytes, tooManyWeights } from './write-model.js';

interface Declared {
  /** `initialiser w`, `the output of node n (ConstantOfShape)` */
  readonly what: string;
  readonly bytes: number;
}

/** The constant of that name, in this graph or around it. */
type Constants = (name: string) => TensorProto | readonly unknown[] | undefined;

/** A constant with more elements is no shape. */
const maxRank = 64;
/** Of onnx.proto: the type of what has none. */
const float32 = 1;

/**
 * @param limitBytes for all tensors that the graph and its subgraphs declare
 * @throws TouchstoneError('model') where they are larger, with the name of the largest
 */
export function checkDeclaredMemory(graph: GraphProto, limitBytes: number): void {
  let total = 0;
  let largest: Declared = { what: '', bytes: 0 };
  for (const declared of declaredBy(graph, () => undefined)) {
    total += declared.bytes;
    if (declared.bytes > largest.bytes) largest = declared;
  }
  if (total > limitBytes) {
    throw modelError(
      `its tensors need ${sizeText(total)} of memory or more, and the limit is ${sizeText(limitBytes)}; the largest is ${largest.what}, ${sizeText(largest.bytes)}`,
      raiseModelMemory(total),
    );
  }
  const weights = graphFields(graph).initializer.reduce((sum, tensor) => sum + sizeOf(tensor), 0);
  if (weights > maxWeightBytes) throw tooManyWeights();
}

function* declaredBy(graph: GraphProto, outer: Constants): Generator<Declared> {
  const { initializer, node } = graphFields(graph);
  for (const tensor of initializer)
    yield { what: `initialiser ${nameOf(tensor) || '(unnamed)'}`, bytes: sizeOf(tensor) };
  const own = new Map<string, TensorProto | readonly unknown[]>(
    initializer.map((tensor) => [nameOf(tensor), tensor]),
  );
  const constants: Constants = (name) => own.get(name) ?? outer(name);
  for (const [index, each] of node.entries()) {
    const { name, opType, input, output, attribute } = nodeFields(each);
    const where = `node ${name || `number ${index}`} (${opType})`;
    const filled = filledBytes(each, constants);
    if (filled > 0) yield { what: `the output of ${where}`, bytes: filled };
    for (const { t, tensors, g, graphs } of attribute) {
      for (const tensor of [...(t ? [t] : []), ...(tensors ?? [])])
        yield { what: `a tensor of ${where}`, bytes: sizeOf(tensor) };
      for (const inner of [...(g ? [g] : []), ...(graphs ?? [])]) yield* declaredBy(inner, constants);
    }
    const [result] = output;
    const value = opType === 'Constant' && input.length === 0 ? attribute[0] : undefined;
    if (value && result) own.set(result, value.t ?? value.ints ?? []);
  }
}

/** Bytes of what an operator fills whose shape is a constant; 0 where it is not. */
function filledBytes(node: NodeProto, constants: Constants): number {
  const { opType, input, attribute } = nodeFields(node);
  const named = new Map(attribute.map((each) => [nameOf(each), each]));
  if (opType === 'ConstantOfShape') {
    const shape = shapeFrom(constants(input[0] ?? ''));
    return shape ? bytesOf(shape, named.get('value')?.t?.dataType) : 0;
  }
  const isDrawn = opType === 'RandomNormal' || opType === 'RandomUniform';
  return isDrawn ? bytesOf(named.get('shape')?.ints ?? [], Number(named.get('dtype')?.i ?? float32)) : 0;
}

function shapeFrom(constant: TensorProto | readonly unknown[] | undefined): readonly unknown[] | undefined {
  if (!constant || 'length' in constant) return constant;
  const isShort = elementCount((constant.dims ?? []).map(Number)) <= maxRank;
  if (!isShort || isExternal(constant)) return undefined;
  const { data } = decodeTensor(constant, noExternalData, `constant ${nameOf(constant)}`);
  return Array.from(data as ArrayLike<number | bigint>);
}

function sizeOf({ dims, dataType }: TensorProto): number {
  return bytesOf(dims ?? [], dataType);
}

function bytesOf(shape: readonly unknown[], dataType: number | null | undefined): number {
  const extents = shape.map((extent) => Math.max(0, toNumber(extent, 'a dimension')));
  const type = knownType(dataType ?? float32);
  return elementCount(extents) * (type ? elementBytes(type) : 1);
}
