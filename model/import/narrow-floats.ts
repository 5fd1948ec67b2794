/**
 * Constants of bfloat16 and float8 that a file stores, and widens or dequantises before it computes: read as float32, which has all of
 * their values. Formats: onnx.ai/onnx/technical/float8.html.
 */
import { at } from '../../common/at.js';
import { elementCount } from '../graph.js';
import type { NotDescribed } from '../model-error.js';
import { decodeTensor, storedBytes, toNumber } from './decode.js';
import { encodeTensor } from './encode.js';
import type { ExternalData } from './external-data.js';
import {
  type GraphProto,
  graphFields,
  type NodeProto,
  nameOf,
  nodeFields,
  type TensorProto,
} from './proto.js';
import { unsupportedElementType } from './unsupported-types.js';

interface Format {
  readonly exponentBits: number;
  readonly mantissaBits: number;
  readonly bias: number;
  /** What the largest exponent means: infinities and NaN; NaN where all bits are 1; or a number, and −0 is NaN. */
  readonly special: 'ieee' | 'ones' | 'negative zero';
}

/** By number in onnx.proto: bfloat16, float8e4m3fn, float8e4m3fnuz, float8e5m2, float8e5m2fnuz. */
const formats: ReadonlyMap<number, Format> = new Map([
  [16, { exponentBits: 8, mantissaBits: 7, bias: 127, special: 'ieee' }],
  [17, { exponentBits: 4, mantissaBits: 3, bias: 7, special: 'ones' }],
  [18, { exponentBits: 4, mantissaBits: 3, bias: 8, special: 'negative zero' }],
  [19, { exponentBits: 5, mantissaBits: 2, bias: 15, special: 'ieee' }],
  [20, { exponentBits: 5, mantissaBits: 2, bias: 16, special: 'negative zero' }],
]);

/** The number that the bits mean. */
export function numberOf(bits: number, { exponentBits, mantissaBits, bias, special }: Format): number {
  const sign = bits >> (exponentBits + mantissaBits) === 0 ? 1 : -1;
  const exponent = (bits >> mantissaBits) & (2 ** exponentBits - 1);
  const mantissa = bits & (2 ** mantissaBits - 1);
  const isLargest = exponent === 2 ** exponentBits - 1;
  if (special === 'ieee' && isLargest) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (special === 'ones' && isLargest && mantissa === 2 ** mantissaBits - 1) return Number.NaN;
  if (special === 'negative zero' && sign < 0 && exponent === 0 && mantissa === 0) return Number.NaN;
  const fraction = mantissa / 2 ** mantissaBits;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}

/** Those of a narrow type, by name. */
type Constants = ReadonlyMap<string, TensorProto>;

interface Wide {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * The graph with float32 in the place of such constants, and without the nodes that dequantise them.
 *
 * @throws NotDescribed where anything else reads one
 */
export function withoutNarrowFloats(graph: GraphProto, external: ExternalData): GraphProto {
  const { initializer, node } = graphFields(graph);
  const constants: Constants = new Map(
    initializer.filter(isNarrow).map((tensor) => [nameOf(tensor), tensor]),
  );
  if (constants.size === 0) return graph;
  const scales = new Map(initializer.map((tensor) => [nameOf(tensor), tensor]));
  const read = new Set<string>();
  const dequantised: TensorProto[] = [];
  const nodes = node.filter((each) => {
    const found = nodeFields(each).input.filter((name) => constants.has(name));
    if (nodeFields(each).attribute.some(({ g }) => g)) throw readBy(each, constants);
    if (found.length === 0) return true;
    if (each.opType === 'Cast') {
      for (const name of found) read.add(name);
      return true;
    }
    if (each.opType !== 'DequantizeLinear') throw readBy(each, constants);
    dequantised.push(product(each, constants, scales, external));
    return false;
  });
  const output = graphFields(graph).output.find((each) => constants.has(nameOf(each)));
  if (output)
    throw unsupportedElementType(`output ${nameOf(output)}`, constants.get(nameOf(output))?.dataType ?? 0);
  const kept = initializer.flatMap((tensor) => {
    if (!isNarrow(tensor)) return [tensor];
    if (!read.has(nameOf(tensor))) return [];
    return [encodeTensor(nameOf(tensor), { type: 'float32', ...widened(tensor, external) })];
  });
  return { ...graph, initializer: [...kept, ...dequantised], node: nodes };
}

function isNarrow({ dataType }: TensorProto): boolean {
  return formats.has(dataType ?? 0);
}

function widened(tensor: TensorProto, external: ExternalData): Wide {
  const where = `initialiser ${nameOf(tensor)}`;
  const type = tensor.dataType ?? 0;
  const format = formats.get(type);
  if (!format) throw unsupportedElementType(where, type);
  const { data } = decodeTensor(storedBytes(tensor, where), external, where);
  const shape = (tensor.dims ?? []).map((dim) => toNumber(dim, `a dimension of ${where}`));
  return {
    shape,
    data: Float32Array.from(data as ArrayLike<number>, (bits) => numberOf(bits, format)),
  };
}

/** What DequantizeLinear computes: each value times its scale, in float32. Zero points of these types are 0. */
function product(
  node: NodeProto,
  constants: Constants,
  scales: ReadonlyMap<string, TensorProto>,
  external: ExternalData,
): TensorProto {
  const { input, output, attribute } = nodeFields(node);
  const [x = '', scaleName = ''] = input;
  const narrow = constants.get(x);
  const stored = scales.get(scaleName);
  if (!narrow || stored?.dataType !== 1) throw readBy(node, constants);
  const wide = widened(narrow, external);
  const scale = decodeTensor(stored, external, `initialiser ${scaleName}`);
  const setting = (name: string, otherwise: number) =>
    Number(attribute.find((each) => nameOf(each) === name)?.i ?? otherwise);
  const factors = scale.data as Float32Array;
  const placeOf = scalePlace(wide.shape, scale.shape, setting('axis', 1), setting('block_size', 0));
  const data = wide.data.map((value, index) => value * at(factors, placeOf(index)));
  return encodeTensor(output[0] ?? '', { type: 'float32', shape: wide.shape, data });
}

/** The place of an element's scale: one for all, one for each position along the axis, or one for each block along it. */
function scalePlace(
  shape: readonly number[],
  scaleShape: readonly number[],
  givenAxis: number,
  block: number,
): (index: number) => number {
  if (elementCount(scaleShape) === 1) return () => 0;
  const axis = givenAxis < 0 ? givenAxis + shape.length : givenAxis;
  const inner = elementCount(shape.slice(axis + 1));
  const extent = at(shape, axis);
  if (block === 0) return (index) => Math.floor(index / inner) % extent;
  const blocks = at(scaleShape, axis);
  return (index) => {
    const along = Math.floor(index / inner) % extent;
    return (
      (Math.floor(index / (inner * extent)) * blocks + Math.floor(along / block)) * inner + (index % inner)
    );
  };
}

function readBy(node: NodeProto, constants: Constants): NotDescribed {
  const { name, opType, input, output } = nodeFields(node);
  const found = input.find((each) => constants.has(each)) ?? [...constants.keys()][0] ?? '';
  const where = `input ${found} of node ${name || output[0]} (${opType})`;
  return unsupportedElementType(where, constants.get(found)?.dataType ?? 0);
}
