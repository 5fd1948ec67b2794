/** Operations as they are planned: shapes and types follow from the operands, and what changes nothing is not planned. */
import { type DataType, elementCount, type JsonNumber, toJsonNumber } from '../../../model/graph.js';
import type { Capabilities } from '../capabilities.js';
import { sameList } from '../value.js';
import type {
  Comparison,
  Operand,
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

/** What canonicalisers and decompositions plan with. */
export interface Emitter {
  readonly capabilities: Capabilities;
  /** The type in which the framework holds an ONNX type. @throws UnsupportedError where it cannot */
  held(type: DataType): DataType;
  /** A constant made here; each once. */
  literal(type: DataType, shape: readonly number[], data: readonly JsonNumber[]): Operand;
  /**
   * One operation, or what it is written out in where the framework lacks it.
   *
   * @throws UnsupportedError where it lacks it and there is no definition
   */
  emit<Kind extends OperationKind>(
    kind: Kind,
    settings: Operations[Kind],
    inputs: readonly Operand[],
    results: readonly Result[],
  ): readonly Operand[];
}

/** An operation with one result. */
export function one<Kind extends OperationKind>(
  p: Emitter,
  kind: Kind,
  settings: Operations[Kind],
  inputs: readonly Operand[],
  result: Result,
): Operand {
  const [operand] = p.emit(kind, settings, inputs, [result]);
  if (!operand) throw new Error(`${kind} has no result`);
  return operand;
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

/** Axis i of the result is axis perm[i]. One that moves no data is a Reshape. */
export function transpose(p: Emitter, x: Operand, perm: readonly number[]): Operand {
  const shape = perm.map((axis) => x.shape[axis] ?? 1);
  const moving = perm.filter((axis) => x.shape[axis] !== 1);
  if (moving.every((axis, position) => position === 0 || axis > (moving[position - 1] ?? 0)))
    return reshape(p, x, shape);
  return one(p, 'Transpose', { perm }, [x], { type: x.type, shape });
}

/** The part from `begins` to `ends` with `strides`; for every axis, as the operation has it. */
export function slice(
  p: Emitter,
  x: Operand,
  begins: readonly number[],
  ends: readonly number[],
  strides: readonly number[] = x.shape.map(() => 1),
): Operand {
  const shape = begins.map((begin, axis) =>
    Math.max(0, Math.ceil(((ends[axis] ?? 0) - begin) / (strides[axis] ?? 1))),
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

/** With one value around it; for every axis, none negative. */
export function pad(p: Emitter, x: Operand, pads: Pads, value: number): Operand {
  if (pads.every(([before, behind]) => before === 0 && behind === 0)) return x;
  const shape = x.shape.map((extent, axis) => extent + (pads[axis]?.[0] ?? 0) + (pads[axis]?.[1] ?? 0));
  return one(p, 'Pad', { pads, value }, [x], { type: x.type, shape });
}

export function concat(p: Emitter, operands: readonly Operand[], axis: number): Operand {
  const [first] = operands;
  if (!first) throw new Error('Concat of nothing');
  if (operands.length === 1) return first;
  const extent = operands.reduce((sum, { shape }) => sum + (shape[axis] ?? 1), 0);
  const shape = first.shape.map((own, each) => (each === axis ? extent : own));
  return one(p, 'Concat', { axis }, operands, { type: first.type, shape });
}

export function split(p: Emitter, x: Operand, axis: number, sizes: readonly number[]): readonly Operand[] {
  const results = sizes.map((size) => ({
    type: x.type,
    shape: x.shape.map((extent, each) => (each === axis ? size : extent)),
  }));
  return sizes.length === 1 ? [x] : p.emit('Split', { axis, sizes }, [x], results);
}

export function splitEqually(p: Emitter, x: Operand, axis: number, parts: number): readonly Operand[] {
  return split(
    p,
    x,
    axis,
    Array.from({ length: parts }, () => (x.shape[axis] ?? 1) / parts),
  );
}

export function expand(p: Emitter, x: Operand, shape: readonly number[]): Operand {
  return sameList(x.shape, shape) ? x : one(p, 'Expand', { shape }, [x], { type: x.type, shape });
}

export function gather(p: Emitter, x: Operand, indices: Operand, axis: number): Operand {
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  return one(p, 'Gather', { axis }, [x, indices], { type: x.type, shape });
}

/** The positions of one axis, in that order. */
export function take(p: Emitter, x: Operand, axis: number, positions: readonly number[]): Operand {
  if (
    sameList(
      positions,
      Array.from({ length: x.shape[axis] ?? 0 }, (_, index) => index),
    )
  )
    return x;
  return gather(p, x, p.literal(p.held('int64'), [positions.length], positions), axis);
}

export function matMul(p: Emitter, a: Operand, b: Operand): Operand {
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...batch, a.shape.at(-2) ?? 1, b.shape.at(-1) ?? 1];
  return one(p, 'MatMul', {}, [a, b], { type: a.type, shape });
}

/** A number as an operand of the type of `like`. */
export function scalar(p: Emitter, like: Operand, value: number): Operand {
  return p.literal(like.type, [], [toJsonNumber(value)]);
}

/** `x kind value`. */
export function withNumber(p: Emitter, kind: PlainBinary, x: Operand, value: number): Operand {
  return binary(p, kind, x, scalar(p, x, value));
}

/** NumPy's rule. */
export function broadcast(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    return left === 1 ? right : left;
  });
}

/** A vector as an operand that broadcasts along one axis of a tensor of so many. */
export function along(p: Emitter, vector: Operand, axis: number, rank: number): Operand {
  const shape = Array.from({ length: rank }, (_, each) => (each === axis ? elementCount(vector.shape) : 1));
  return reshape(p, vector, shape);
}
