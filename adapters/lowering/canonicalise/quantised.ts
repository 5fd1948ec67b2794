/** Numbers in steps of a scale from a zero point, and back: in whole numbers of 8 or 16 bits. */
import { type DataType, elementCount } from '../../../model/graph.js';
import { type GraphNode, integer, optionalInput } from '../attributes.js';
import {
  binary,
  cast,
  reduce,
  reshape,
  scalar,
  take,
  unary,
  where,
  withNumber,
} from '../operations/emitter.js';
import type { Operand } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import { type Canonicaliser, type Canonicalisers, inputOf, outputOf, positive } from './canonicaliser.js';

const ranges: Readonly<Partial<Record<DataType, readonly [low: number, high: number]>>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
};

/** What a type holds. @throws UnsupportedError for others than whole numbers of 8 and 16 bits */
export function rangeOf(type: DataType): readonly [low: number, high: number] {
  return ranges[type] ?? refuse(`quantising to ${type} is not supported`);
}

/** y = saturate(round(x / scale) + zero), with halves rounded to even. */
const quantised: Canonicaliser = (node, p) => {
  const type = p.type(outputOf(node));
  const range = rangeOf(type);
  // In which it is divided, if not in that of x (operator set 23); numbers are ONNX's of types.
  const precision = integer(node, 'precision', 0);
  if (precision !== 0 && precision !== 1) refuse('precision other than float32 is not supported');
  const { x, axes, scale, zero } = parametersOf(node, p);
  const float = p.held('float32');
  const divided = cast(p, x, precision === 1 || isInteger(x) ? float : x.type);
  const steps = unary(p, 'Round', binary(p, 'Div', divided, cast(p, scale, divided.type)));
  p.define(outputOf(node), saturated(p, cast(p, steps, float), zero, range, type), axes);
};

export function saturated(
  p: Planner,
  steps: Operand,
  zero: Operand | undefined,
  [low, high]: readonly [number, number],
  type: DataType,
): Operand {
  const moved = zero ? binary(p, 'Add', steps, cast(p, zero, steps.type)) : steps;
  return cast(p, unary(p, 'Clip', moved, { low, high }), p.held(type));
}

/** y = (x − zero) · scale, computed as float32. */
const dequantised: Canonicaliser = (node, p) => {
  const { x, axes, scale, zero } = parametersOf(node, p);
  const float = p.held('float32');
  const steps = cast(p, x, float);
  const moved = zero ? binary(p, 'Sub', steps, cast(p, zero, float)) : steps;
  const result = binary(p, 'Mul', moved, cast(p, scale, float));
  p.define(outputOf(node), cast(p, result, p.held(p.type(outputOf(node)))), axes);
};

/** Scale and zero point of all elements, of those along one axis, or of each block along it; no zero point is zero. */
function parametersOf(node: GraphNode, p: Planner) {
  const block = integer(node, 'block_size', 0);
  const { operand: x, axes } = layoutOf(node, p, block > 0);
  const axis = axes.indexOf(positive(integer(node, 'axis', 1), axes.length));
  const operandOf = (name: string): Operand => {
    const shape = p.shape(name);
    const count = elementCount(shape);
    if (block > 0) return inBlocks(p, p.plain(name), axis, block, x.shape[axis] ?? 1);
    if (count === 1) return shaped(p, name, []);
    if (shape.length !== 1 || count !== x.shape[axis])
      refuse(`input ${name} of shape [${shape}] is not supported`);
    return shaped(
      p,
      name,
      x.shape.map((_, each) => (each === axis ? count : 1)),
    );
  };
  const zero = optionalInput(node, 2);
  return {
    x,
    axes,
    scale: operandOf(inputOf(node, 1)),
    zero: zero === undefined || isZero(p, zero) ? undefined : operandOf(zero),
  };
}

function layoutOf(node: GraphNode, p: Planner, isPlain: boolean) {
  const name = inputOf(node, 0);
  if (!isPlain) return p.value(name);
  const operand = p.plain(name);
  return { operand, axes: operand.shape.map((_, axis) => axis) };
}

/** @param type in which a constant is held from the start, if not in its own */
export function shaped(
  p: Planner,
  name: string,
  shape: readonly number[],
  type: DataType = p.held(p.type(name)),
): Operand {
  return p.isConstant(name)
    ? p.weight(
        name,
        p.shape(name).map((_, axis) => axis),
        shape,
        type,
      )
    : cast(p, reshape(p, p.plain(name), shape), type);
}

/** Each of `x` along the axis `block` times, as far as there are elements. */
function inBlocks(p: Planner, x: Operand, axis: number, block: number, extent: number): Operand {
  if (Math.ceil(extent / block) !== x.shape[axis])
    refuse(`block_size ${block} does not divide ${extent} elements into ${x.shape[axis]} scales`);
  return take(
    p,
    x,
    axis,
    Array.from({ length: extent }, (_, position) => Math.floor(position / block)),
  );
}

export function isZero(p: Planner, name: string): boolean {
  return p.isConstant(name) && (p.graph.constants?.[name]?.every((value) => value === 0) ?? false);
}

function isInteger({ type }: Operand): boolean {
  return type.includes('int');
}

/** To uint8, by the range of the numbers themselves and zero. */
const dynamicallyQuantised: Canonicaliser = (node, p) => {
  const { operand: x, axes } = p.value(inputOf(node, 0));
  const all = x.shape.map((_, axis) => axis);
  const low = withNumber(p, 'Min', reduce(p, 'ReduceMin', x, all, false), 0);
  const high = withNumber(p, 'Max', reduce(p, 'ReduceMax', x, all, false), 0);
  const range = binary(p, 'Sub', high, low);
  // Zeros only, of which any scale is right.
  const isFlat = withNumber(p, 'Equal', range, 0);
  const scale = where(p, isFlat, scalar(p, x, 1), withNumber(p, 'Div', range, 255));
  const below = binary(p, 'Div', unary(p, 'Neg', low), scale);
  const zero = unary(p, 'Round', unary(p, 'Clip', below, { low: 0, high: 255 }));
  const steps = unary(p, 'Round', binary(p, 'Div', x, scale));
  p.define(outputOf(node, 0), saturated(p, steps, zero, [0, 255], 'uint8'), axes);
  p.define(outputOf(node, 1), scale);
  p.define(outputOf(node, 2), cast(p, zero, p.held('uint8')));
};

export const quantisation: Canonicalisers = {
  QuantizeLinear: quantised,
  DequantizeLinear: dequantised,
  DynamicQuantizeLinear: dynamicallyQuantised,
};
