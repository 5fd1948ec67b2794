/** Quantisation to integers of 8 or 16 bits by scale and zero point, and back. */
import { at } from '../../../common/at.js';
import { type DataType, elementCount } from '../../../model/graph.js';
import { type GraphNode, integer, optionalInput, optionalOutput } from '../attributes.js';
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
import {
  type Canonicaliser,
  type Canonicalisers,
  inputOf,
  isInteger,
  outputOf,
  positive,
} from './canonicaliser.js';

const ranges: Readonly<Partial<Record<DataType, readonly [low: number, high: number]>>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
};

/** Range of an integer type. @throws UnsupportedError for other types than integers of 8 and 16 bits */
export function rangeOf(type: DataType): readonly [low: number, high: number] {
  return ranges[type] ?? refuse(`quantisation to ${type} is not supported`);
}

/** y = saturate(round(x / scale) + zero), halves rounded to even. */
const quantised: Canonicaliser = (node, p) => {
  const type = p.type(outputOf(node));
  const range = rangeOf(type);
  // The type of the division, by default that of x: a TensorProto data type, 1 is float32 (operator set 23).
  const precision = integer(node, 'precision', 0);
  if (precision !== 0 && precision !== 1) refuse(`precision ${precision} is not supported`);
  const { x, axes, scale, zero } = parametersOf(node, p);
  const float = p.held('float32');
  const divided = cast(p, x, precision === 1 || isInteger(x.type) ? float : x.type);
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

/** Scale and zero point, each one number, one for each position of an axis, or one for each block along it. */
function parametersOf(node: GraphNode, p: Planner) {
  const block = integer(node, 'block_size', 0);
  const { operand: x, axes } = layoutOf(node, p, block > 0);
  const axis = axes.indexOf(positive(integer(node, 'axis', 1), axes.length));
  const operandOf = (name: string): Operand => {
    const shape = p.shape(name);
    const count = elementCount(shape);
    if (block > 0) return inBlocks(p, p.plain(name), axis, block, at(x.shape, axis));
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

/** A constant or computed value, reshaped and converted; a constant at load. */
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

/** Each element of `x` along the axis repeated `block` times, up to `extent`. */
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
  return p.isConstant(name) && p.graph.constants?.[name]?.every((value) => value === 0) === true;
}

/** To uint8, by the range of the input, extended to include zero. */
const dynamicallyQuantised: Canonicaliser = (node, p) => {
  const { operand: x, axes } = p.value(inputOf(node, 0));
  const all = x.shape.map((_, axis) => axis);
  const low = withNumber(p, 'Min', reduce(p, 'ReduceMin', x, all, false), 0);
  const high = withNumber(p, 'Max', reduce(p, 'ReduceMax', x, all, false), 0);
  const range = binary(p, 'Sub', high, low);
  // Nothing but zeros: any scale is right.
  const isFlat = withNumber(p, 'Equal', range, 0);
  const scale = where(p, isFlat, scalar(p, x, 1), withNumber(p, 'Div', range, 255));
  const below = binary(p, 'Div', unary(p, 'Neg', low), scale);
  const zero = unary(p, 'Round', unary(p, 'Clip', below, { low: 0, high: 255 }));
  const steps = unary(p, 'Round', binary(p, 'Div', x, scale));
  p.define(outputOf(node), saturated(p, steps, zero, [0, 255], 'uint8'), axes);
  p.define(optionalOutput(node, 1), scale);
  p.define(optionalOutput(node, 2), cast(p, zero, p.held('uint8')));
};

export const quantisation: Canonicalisers = {
  QuantizeLinear: quantised,
  DequantizeLinear: dequantised,
  DynamicQuantizeLinear: dynamicallyQuantised,
};
