/** Operations as they are planned: shapes and types follow from the operands, and what changes nothing is not planned. */
import { at } from '../../../common/at.js';
import { type DataType, elementCount, type JsonNumber, toJsonNumber } from '../../../model/graph.js';
import type { Capabilities } from '../capabilities.js';
import { sameList } from '../lists.js';
import type {
  Comparison,
  Operand,
  Operands,
  OperationKind,
  Operations,
  Pads,
  PlainBinary,
  PlainUnary,
  Reduction,
} from './operation.js';
import { comparisons } from './operation.js';

export interface Result {
  readonly type: DataType;
  readonly shape: readonly number[];
}

/** Types and shapes of the outputs of one operation, which has at least one. */
export type Results = readonly [Result, ...Result[]];

/** What canonicalisers and decompositions plan with. */
export interface Emitter {
  readonly capabilities: Capabilities;
  /** The type in which the backend holds an ONNX type. @throws UnsupportedError for a type without one */
  held(type: DataType): DataType;
  /** A constant of the plan's own; equal ones are one. */
  literal(type: DataType, shape: readonly number[], data: readonly JsonNumber[]): Operand;
  /**
   * One operation, or its decomposition where the backend does not support it.
   *
   * @returns one operand for each of `results`
   * @throws UnsupportedError where it is not supported and has no decomposition
   */
  emit<Kind extends OperationKind>(
    kind: Kind,
    settings: Operations[Kind],
    inputs: Operands[Kind],
    results: Results,
  ): readonly [Operand, ...Operand[]];
}

/** An operation with one result. */
export function one<Kind extends OperationKind>(
  p: Emitter,
  kind: Kind,
  settings: Operations[Kind],
  inputs: Operands[Kind],
  result: Result,
): Operand {
  return p.emit(kind, settings, inputs, [result])[0];
}

/** An optional operand, to be spread among the others. */
export function optional(operand: Operand | undefined): readonly [] | readonly [Operand] {
  return operand ? [operand] : [];
}

type UnaryKind =
  | PlainUnary
  | 'Celu'
  | 'Elu'
  | 'Gelu'
  | 'HardSigmoid'
  | 'LeakyRelu'
  | 'Selu'
  | 'Swish'
  | 'Clip'
  | 'IsNaN'
  | 'IsInf'
  | 'Softmax'
  | 'LogSoftmax'
  | 'CumSum'
  | 'Reverse'
  | 'LRN';

export function unary<Kind extends UnaryKind>(
  p: Emitter,
  kind: Kind,
  x: Operand,
  settings = {} as Operations[Kind],
): Operand {
  const type = kind === 'IsNaN' || kind === 'IsInf' ? 'bool' : x.type;
  return one(p, kind, settings, [x], { type, shape: x.shape });
}

export function binary<Kind extends PlainBinary | 'Mod' | 'BitShift'>(
  p: Emitter,
  kind: Kind,
  a: Operand,
  b: Operand,
  settings = {} as Operations[Kind],
): Operand {
  const type = comparisons.includes(kind as Comparison) ? 'bool' : a.type;
  return one(p, kind, settings, [a, b], { type, shape: broadcast(a.shape, b.shape) });
}

export function where(p: Emitter, condition: Operand, a: Operand, b: Operand): Operand {
  const shape = broadcast(condition.shape, broadcast(a.shape, b.shape));
  return one(p, 'Where', {}, [condition, a, b], { type: a.type, shape });
}

export function cast(p: Emitter, x: Operand, to: DataType): Operand {
  return x.type === to ? x : one(p, 'Cast', { to }, [x], { type: to, shape: x.shape });
}

export function reduce(
  p: Emitter,
  kind: Reduction,
  x: Operand,
  axes: readonly number[],
  keepdims: boolean,
): Operand {
  const sorted = axes.toSorted((a, b) => a - b);
  const result = { type: x.type, shape: reducedShape(x.shape, sorted, keepdims) };
  return one(p, kind, { axes: sorted, keepdims }, [x], result);
}

export function reducedShape(
  shape: readonly number[],
  axes: readonly number[],
  keepdims: boolean,
): readonly number[] {
  return keepdims
    ? shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
    : shape.filter((_, axis) => !axes.includes(axis));
}

export function reshape(p: Emitter, x: Operand, shape: readonly number[]): Operand {
  return sameList(x.shape, shape) ? x : one(p, 'Reshape', { shape }, [x], { type: x.type, shape });
}

/** Axis i of the result is axis perm[i]. Where no data moves it is a Reshape. */
export function transpose(p: Emitter, x: Operand, perm: readonly number[]): Operand {
  const shape = perm.map((axis) => at(x.shape, axis));
  const moving = perm.filter((axis) => x.shape[axis] !== 1);
  if (moving.every((axis, position) => position === 0 || axis > at(moving, position - 1)))
    return reshape(p, x, shape);
  return one(p, 'Transpose', { perm }, [x], { type: x.type, shape });
}

/** The part from `begins` to `ends` with `strides`, each given for every axis. */
export function slice(
  p: Emitter,
  x: Operand,
  begins: readonly number[],
  ends: readonly number[],
  strides: readonly number[] = x.shape.map(() => 1),
): Operand {
  const shape = begins.map((begin, axis) =>
    Math.max(0, Math.ceil((at(ends, axis) - begin) / at(strides, axis))),
  );
  if (sameList(shape, x.shape)) return x;
  return one(p, 'Slice', { begins, ends, strides }, [x], { type: x.type, shape });
}

/** The part of one axis. */
export function sliceAxis(p: Emitter, x: Operand, axis: number, begin: number, end: number): Operand {
  return slice(
    p,
    x,
    x.shape.map((_, each) => (each === axis ? begin : 0)),
    x.shape.map((extent, each) => (each === axis ? end : extent)),
  );
}

/** Constant padding; `pads` has every axis, none negative. */
export function pad(p: Emitter, x: Operand, pads: Pads, value: number): Operand {
  if (pads.every(([before, behind]) => before === 0 && behind === 0)) return x;
  const shape = x.shape.map((extent, axis) => {
    const [before, behind] = at(pads, axis);
    return extent + before + behind;
  });
  return one(p, 'Pad', { pads, value }, [x], { type: x.type, shape });
}

export function concat(p: Emitter, operands: readonly Operand[], axis: number): Operand {
  const first = at(operands, 0, 'operands of Concat');
  if (operands.length === 1) return first;
  const extent = operands.reduce((sum, { shape }) => sum + at(shape, axis), 0);
  const shape = first.shape.map((own, each) => (each === axis ? extent : own));
  return one(p, 'Concat', { axis }, [first, ...operands.slice(1)], { type: first.type, shape });
}

/** One operand for each size. */
export function split<const Sizes extends readonly number[]>(
  p: Emitter,
  x: Operand,
  axis: number,
  sizes: Sizes,
): { readonly [Place in keyof Sizes]: Operand } {
  type Parts = { readonly [Place in keyof Sizes]: Operand };
  if (sizes.length === 1) return [x] as unknown as Parts;
  const results = sizes.map((size): Result => {
    return { type: x.type, shape: x.shape.map((extent, each) => (each === axis ? size : extent)) };
  });
  const first = at(results, 0, 'sizes of Split');
  return p.emit('Split', { axis, sizes }, [x], [first, ...results.slice(1)]) as unknown as Parts;
}

export function splitEqually(p: Emitter, x: Operand, axis: number, parts: number): readonly Operand[] {
  return split(
    p,
    x,
    axis,
    Array.from({ length: parts }, () => at(x.shape, axis) / parts),
  );
}

export function expand(p: Emitter, x: Operand, shape: readonly number[]): Operand {
  return sameList(x.shape, shape) ? x : one(p, 'Expand', { shape }, [x], { type: x.type, shape });
}

export function gather(p: Emitter, x: Operand, indices: Operand, axis: number): Operand {
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  return one(p, 'Gather', { axis }, [x, indices], { type: x.type, shape });
}

/** The elements at these positions of one axis, in that order. */
export function take(p: Emitter, x: Operand, axis: number, positions: readonly number[]): Operand {
  if (
    sameList(
      positions,
      Array.from({ length: at(x.shape, axis) }, (_, index) => index),
    )
  )
    return x;
  return gather(p, x, p.literal(p.held('int64'), [positions.length], positions), axis);
}

export function matMul(p: Emitter, a: Operand, b: Operand): Operand {
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...batch, at(a.shape, -2), at(b.shape, -1)];
  return one(p, 'MatMul', {}, [a, b], { type: a.type, shape });
}

/** A number in the type of `like`. */
export function scalar(p: Emitter, like: Operand, value: number): Operand {
  return p.literal(like.type, [], [toJsonNumber(value)]);
}

/** `x kind value`. */
export function withNumber(p: Emitter, kind: PlainBinary, x: Operand, value: number): Operand {
  return binary(p, kind, x, scalar(p, x, value));
}

/** The shape to which two operands broadcast, by NumPy's rule: missing leading axes have extent 1. */
export function broadcast(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  const right = ofRank(b, rank);
  return ofRank(a, rank).map((extent, axis) => (extent === 1 ? at(right, axis) : extent));
}

/** A shape with leading axes of extent 1 up to `rank`. */
export function ofRank(shape: readonly number[], rank: number): readonly number[] {
  return [...Array.from({ length: rank - shape.length }, () => 1), ...shape];
}

/** A vector that broadcasts along one axis of a tensor of that rank. */
export function along(p: Emitter, vector: Operand, axis: number, rank: number): Operand {
  const shape = Array.from({ length: rank }, (_, each) => (each === axis ? elementCount(vector.shape) : 1));
  return reshape(p, vector, shape);
}
