/** Convolutions of quantised numbers. Their pads are the zero point, so they are zeros once that is taken away. */
import { elementCount } from '../../../model/graph.js';
import { type GraphNode, integer, optionalInput } from '../attributes.js';
import { binary, cast, concat, one, split, splitEqually, unary } from '../operations/emitter.js';
import { channelAxis, filterAxes, pictureAxes } from '../operations/layout.js';
import type { Operand, Operations } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import { type Canonicaliser, type Canonicalisers, inputOf, outputOf } from './canonicaliser.js';
import { exactParts, reachOf, total } from './exact-sums.js';
import { isZero, rangeOf, saturated, shaped } from './quantised.js';
import { windowOf } from './windows.js';

/** Positions of the inputs beside x. */
interface Places {
  readonly zero: number;
  readonly filters: number;
  readonly filterZero: number;
}

/** A convolution on its way: pictures and filters less their zero points. */
interface Convolution {
  readonly x: Operand;
  readonly filters: Operand;
  readonly settings: Operations['Conv'];
  readonly shape: readonly number[];
  /** Of a product. */
  readonly reach: number;
  /** Places in the kernel. */
  readonly places: number;
}

/** Σ (x − its zero point) · (w − its zero point), as float32 or, where that does not hold it, as int32. */
function sumsOf(node: GraphNode, p: Planner, at: Places): Operand {
  const { channels } = p.capabilities;
  const [input, filters] = [inputOf(node, 0), inputOf(node, at.filters)];
  const [zero, filterZero] = [optionalInput(node, at.zero), optionalInput(node, at.filterZero)];
  const kernel = p.shape(filters).slice(2);
  const { strides, dilations, pads, beyond } = windowOf(node, p, kernel);
  if (beyond.some((each) => each > 0)) refuse('the output is larger than kernel, strides and pads give');
  const rank = kernel.length + 2;
  const float = p.held('float32');
  const ofFilters = filterAxes(channels, rank);
  const held = p.isConstant(filters)
    ? p.weight(filters, ofFilters, undefined, float)
    : cast(p, p.arranged(filters, ofFilters), float);
  const x = cast(p, p.arranged(input, pictureAxes(channels, rank)), float);
  return convolved(p, {
    x: less(p, x, zero, pictureAxes(channels, rank).indexOf(1)),
    filters: less(p, held, filterZero, ofFilters.indexOf(0)),
    settings: { strides, dilations, pads, group: integer(node, 'group', 1) },
    shape: pictureAxes(channels, rank).map((axis) => p.shape(outputOf(node))[axis] ?? 1),
    reach: reachOf(p, input, zero) * reachOf(p, filters, filterZero),
    places: elementCount(kernel),
  });
}

/** @param axis along which there is a zero point for each position, if there are several */
function less(p: Planner, x: Operand, zero: string | undefined, axis: number): Operand {
  if (zero === undefined || isZero(p, zero)) return x;
  return binary(p, 'Sub', x, alongAxis(p, zero, axis, x.shape.length));
}

/** Numbers of all, or one for each position of an axis, as float32. */
function alongAxis(p: Planner, name: string, axis: number, rank: number): Operand {
  const count = elementCount(p.shape(name));
  const shape = Array.from({ length: rank }, (_, each) => (each === axis ? count : 1));
  return shaped(p, name, count === 1 ? [] : shape, p.held('float32'));
}

/** Where a sum has too many terms, over some of the channels at a time. */
function convolved(p: Planner, convolution: Convolution): Operand {
  const { x, filters, settings, shape, reach, places } = convolution;
  const axis = channelAxis(p.capabilities.channels, x.shape.length);
  const sizes = exactParts((x.shape[axis] ?? 1) / settings.group, places, reach);
  if (sizes.length > 1 && settings.group > 1) return byGroups(p, convolution, axis);
  const pictures = split(p, x, axis, sizes.length > 1 ? sizes : [x.shape[axis] ?? 1]);
  const inputs = filterAxes(p.capabilities.channels, filters.shape.length).indexOf(1);
  const kernels = split(p, filters, inputs, sizes);
  const sums = pictures.map((picture, part) =>
    one(p, 'Conv', settings, [picture, kernels[part] ?? filters], { type: x.type, shape }),
  );
  return total(p, sums);
}

function byGroups(p: Planner, convolution: Convolution, axis: number): Operand {
  const { x, filters, settings, shape } = convolution;
  const { group } = settings;
  const outputs = filterAxes(p.capabilities.channels, filters.shape.length).indexOf(0);
  const groups = (operand: Operand, of: number) => splitEqually(p, operand, of, group);
  const kernels = groups(filters, outputs);
  const each = { ...convolution, settings: { ...settings, group: 1 } };
  const part = shape.map((extent, place) => (place === axis ? extent / group : extent));
  const found = groups(x, axis).map((picture, index) =>
    convolved(p, { ...each, x: picture, filters: kernels[index] ?? filters, shape: part }),
  );
  return concat(p, found, axis);
}

const ofIntegers: Canonicaliser = (node, p) => {
  const sums = sumsOf(node, p, { filters: 1, zero: 2, filterZero: 3 });
  const axes = pictureAxes(p.capabilities.channels, sums.shape.length);
  p.define(outputOf(node), cast(p, sums, p.held('int32')), axes);
};

/** x, its scale and zero point, the filters with theirs, scale and zero point of the result, and biases in whole numbers. */
const quantised: Canonicaliser = (node, p) => {
  const type = p.type(outputOf(node));
  const sums = sumsOf(node, p, { zero: 2, filters: 3, filterZero: 5 });
  const rank = sums.shape.length;
  const axis = channelAxis(p.capabilities.channels, rank);
  const biased = withBias(p, sums, optionalInput(node, 8), axis);
  const float = p.held('float32');
  const scale = (position: number) => alongAxis(p, inputOf(node, position), axis, rank);
  const factor = binary(p, 'Div', binary(p, 'Mul', scale(1), scale(4)), scale(6));
  const steps = unary(p, 'Round', binary(p, 'Mul', cast(p, biased, float), factor));
  const zero = inputOf(node, 7);
  const moved = zero === '' || isZero(p, zero) ? undefined : shaped(p, zero, [], float);
  p.define(
    outputOf(node),
    saturated(p, steps, moved, rangeOf(type), type),
    pictureAxes(p.capabilities.channels, rank),
  );
};

/** Of the type of the sums: float32 rounds no sooner than the product with the scale does. */
function withBias(p: Planner, sums: Operand, name: string | undefined, axis: number): Operand {
  if (name === undefined) return sums;
  const shape = sums.shape.map((_, each) => (each === axis ? elementCount(p.shape(name)) : 1));
  return binary(p, 'Add', sums, shaped(p, name, shape, sums.type));
}

export const integerConvolutions: Canonicalisers = { ConvInteger: ofIntegers, QLinearConv: quantised };
