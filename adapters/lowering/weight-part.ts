/** Weights of a plan: parts of ONNX tensors, rearranged at load, before the clock starts. */
import { at } from '../../common/at.js';
import { elementCount, type Tensor, type Tensors } from '../../model/graph.js';
import { inverse, permute } from './permute.js';

/** Half-open index range along each ONNX axis. */
export interface Range {
  readonly begins: readonly number[];
  readonly ends: readonly number[];
}

/**
 * In this order: take `range`, add `addend`, multiply by `factor`, reorder `blocks`, reshape to `view`, transpose by `order`, and
 * reshape to the shape of the constant, which a part of one element fills.
 */
export interface WeightPart {
  /** ONNX name. */
  readonly name: string;
  /** Shape of the whole tensor. */
  readonly onnxShape: readonly number[];
  /** The whole tensor where it is absent. */
  readonly range?: Range;
  /** Another part of the same extents that is added, the second bias of a recurrent layer; never trained. */
  readonly addend?: Range;
  /** Never trained: it would scale the gradient. */
  readonly factor?: number;
  /** Equal blocks of one ONNX axis in another order: the gates of a recurrent layer. Block i of the result is block `order[i]`. */
  readonly blocks?: { readonly axis: number; readonly order: readonly number[] };
  /** Extents with ONNX axes split, where the native order differs within one. The extents of the range where it is absent. */
  readonly view?: readonly number[];
  /** Native axis i is axis `order[i]` of the view. */
  readonly order: readonly number[];
}

type HostArray = Float32Array | Float64Array | Int32Array | Uint8Array;

export function wholeRange(shape: readonly number[]): Range {
  return { begins: shape.map(() => 0), ends: shape };
}

export function rangeOf({ range, onnxShape }: Pick<WeightPart, 'range' | 'onnxShape'>): Range {
  return range ?? wholeRange(onnxShape);
}

export function extentsOf({ begins, ends }: Range): readonly number[] {
  return ends.map((end, axis) => end - at(begins, axis));
}

/** Shape before the transposition. */
export function viewOf(part: WeightPart): readonly number[] {
  return part.view ?? extentsOf(rangeOf(part));
}

/** Shape after the transposition, before the constant's own shape is taken. */
export function arrangedShape(part: WeightPart): readonly number[] {
  const view = viewOf(part);
  return part.order.map((axis) => at(view, axis));
}

/** The part whose native matrix is the transposition of this one's; undefined where no order of axes gives it. */
export function transposedMatrix(part: WeightPart, [rows]: readonly number[]): WeightPart | undefined {
  const arranged = arrangedShape(part);
  const split = arranged.findIndex((_, axis) => elementCount(arranged.slice(0, axis)) === rows);
  if (split < 0) return undefined;
  return { ...part, order: [...part.order.slice(split), ...part.order.slice(0, split)] };
}

/** A new array in the backend's layout. @param data of the whole tensor, row-major */
export function toNative<Data extends HostArray>(part: WeightPart, data: Data): Data {
  const range = rangeOf(part);
  const extents = extentsOf(range);
  let found = taken(data, part.onnxShape, range);
  if (part.addend) {
    const addend = taken(data, part.onnxShape, part.addend);
    found = found.map((value, index) => value + at(addend, index)) as Data;
  }
  const { factor } = part;
  if (factor !== undefined) found = found.map((value) => value * factor) as Data;
  if (part.blocks) found = reordered(found, extents, part.blocks.axis, part.blocks.order);
  return permute(found, viewOf(part), part.order);
}

/** As `toNative`, in a constant's own shape: a part of one element fills it. */
export function nativeOf<Data extends HostArray>(
  part: WeightPart,
  data: Data,
  shape: readonly number[],
): Data {
  const native = toNative(part, data);
  const count = elementCount(shape);
  if (native.length !== 1 || count === 1) return native;
  const filled = new (native.constructor as new (length: number) => Data)(count);
  filled.fill(at(native, 0));
  return filled;
}

/**
 * Values of trained parts by ONNX name, in ONNX layout; what no part covers is zero.
 *
 * @param parts each with its values in the backend's layout
 */
export function toOnnx(parts: readonly (readonly [WeightPart, Float32Array])[]): Tensors {
  const found: Record<string, Tensor & { readonly data: Float32Array }> = {};
  for (const [part, native] of parts) {
    const { name, onnxShape, blocks } = part;
    const range = rangeOf(part);
    const extents = extentsOf(range);
    let data = permute(native, arrangedShape(part), inverse(part.order));
    if (blocks) data = reordered(data, extents, blocks.axis, inverse(blocks.order));
    found[name] ??= { type: 'float32', shape: onnxShape, data: new Float32Array(elementCount(onnxShape)) };
    forEachPlace(onnxShape, range, (source, index) => {
      (found[name] as { data: Float32Array }).data[source] = at(data, index);
    });
  }
  return found;
}

function taken<Data extends HostArray>(data: Data, shape: readonly number[], range: Range): Data {
  const result = data.slice(0, elementCount(extentsOf(range))) as Data;
  forEachPlace(shape, range, (source, index) => {
    result[index] = at(data, source);
  });
  return result;
}

function reordered<Data extends HostArray>(
  data: Data,
  shape: readonly number[],
  axis: number,
  order: readonly number[],
): Data {
  const inner = elementCount(shape.slice(axis + 1));
  const size = (at(shape, axis) / order.length) * inner;
  const result = data.slice() as Data;
  const groups = elementCount(shape.slice(0, axis));
  for (let group = 0; group < groups; group++) {
    order.forEach((block, position) => {
      const from = (group * order.length + block) * size;
      result.set(data.subarray(from, from + size), (group * order.length + position) * size);
    });
  }
  return result;
}

/** Calls back with the place in the whole tensor, and the place in the range, in row-major order. */
function forEachPlace(
  shape: readonly number[],
  { begins, ends }: Range,
  visit: (source: number, index: number) => void,
): void {
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  let index = 0;
  const walk = (axis: number, base: number): void => {
    if (axis === shape.length) {
      visit(base, index);
      index += 1;
      return;
    }
    for (let place = at(begins, axis); place < at(ends, axis); place++)
      walk(axis + 1, base + place * at(strides, axis));
  };
  walk(0, 0);
}
