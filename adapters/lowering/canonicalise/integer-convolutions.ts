/** Convolutions of quantised integers. They are padded with the zero point, that is, with zeros once it is subtracted. */
import { at } from '../../../common/at.js';
import { elementCount } from '../../../model/graph.js';
import { type GraphNode, integer, optionalInput } from '../attributes.js';
import { binary, cast, concat, one, split, splitEqually, unary } from '../operations/emitter.js';
import { channelAxis, filterAxes, imageAxes } from '../operations/layout.js';
import type { Operand, Operations } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import { type Canonicaliser, type Canonicalisers, inputOf, outputOf } from './canonicaliser.js';
import { exactParts, reachOf, total } from './exact-sums.js';
import { isZero, rangeOf, saturated, shaped } from './quantised.js';
import { windowOf } from './windows.js';

/** Positions of the inputs beside x. */
interface Positions {
  readonly zero: number;
  readonly filters: number;
  readonly filterZero: number;
}

/** A convolution of images and filters minus their zero points. */
interface Convolution {
  readonly x: Operand;
  readonly filters: Operand;
  readonly settings: Operations['Conv'];
  readonly shape: readonly number[];
  /** Largest absolute value of a product. */
  readonly reach: number;
  /** Positions of the kernel. */
  readonly places: number;
}

/** Σ (x − its zero point) · (w − its zero point), in float32, or in int32 where that is not exact. */
function sumsOf(node: GraphNode, p: Planner, positions: Positions): Operand {
  const { channels } = p.capabilities;
  const [input, filters] = [inputOf(node, 0), inputOf(node, positions.filters)];
  const [zero, filterZero] = [optionalInput(node, positions.zero), optionalInput(node, positions.filterZero)];
  const kernel = p.shape(filters).slice(2);
  const { strides, dilations, pads, beyond } = windowOf(node, p, kernel);
  if (beyond.some((each) => each > 0))
    refuse('an output larger than kernel, strides and pads give is not supported');
  const rank = kernel.length + 2;
  const float = p.held('float32');
  const ofFilters = filterAxes(channels, rank);
  const held = p.isConstant(filters)
    ? p.weight(filters, ofFilters, undefined, float)
    : cast(p, p.arranged(filters, ofFilters), float);
  const x = cast(p, p.arranged(input, imageAxes(channels, rank)), float);
  return convolved(p, {
    x: minus(p, x, zero, imageAxes(channels, rank).indexOf(1)),
    filters: minus(p, held, filterZero, ofFilters.indexOf(0)),
    settings: { strides, dilations, pads, group: integer(node, 'group', 1) },
    shape: imageAxes(channels, rank).map((axis) => at(p.shape(outputOf(node)), axis)),
    reach: reachOf(p, input, zero) * reachOf(p, filters, filterZero),
    places: elementCount(kernel),
  });
}

/** @param axis along which zero points lie, if there are several */
function minus(p: Planner, x: Operand, zero: string | undefined, axis: number): Operand {
  if (zero === undefined || isZero(p, zero)) return x;
  return binary(p, 'Sub', x, alongAxis(p, zero, axis, x.shape.length));
}

/** One number, or one for each position of an axis, in float32. */
function alongAxis(p: Planner, name: string, axis: number, rank: number): Operand {
  const count = elementCount(p.shape(name));
  const shape = Array.from({ length: rank }, (_, each) => (each === axis ? count : 1));
  return shaped(p, name, count === 1 ? [] : shape, p.held('float32'));
}

/** Over some of the channels at a time, where the sum has too many terms. */
function convolved(p: Planner, convolution: Convolution): Operand {
  const { x, filters, settings, shape, reach, places } = convolution;
  const axis = channelAxis(p.capabilities.channels, x.shape.length);
  const sizes = exactParts(at(x.shape, axis) / settings.group, places, reach);
  if (sizes.length > 1 && settings.group > 1) return byGroups(p, convolution, axis);
  const images = split(p, x, axis, sizes.length > 1 ? sizes : [at(x.shape, axis)]);
  const inputs = filterAxes(p.capabilities.channels, filters.shape.length).indexOf(1);
  const kernels = split(p, filters, inputs, sizes);
  const sums = images.map((image, part) =>
    one(p, 'Conv', settings, [image, at(kernels, part)], { type: x.type, shape }),
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
  const found = groups(x, axis).map((image, index) =>
    convolved(p, { ...each, x: image, filters: at(kernels, index), shape: part }),
  );
  return concat(p, found, axis);
}

const ofIntegers: Canonicaliser = (node, p) => {
  const sums = sumsOf(node, p, { filters: 1, zero: 2, filterZero: 3 });
  const axes = imageAxes(p.capabilities.channels, sums.shape.length);
  p.define(outputOf(node), cast(p, sums, p.held('int32')), axes);
};

/** x with its scale and zero point, the filters with theirs, scale and zero point of the result, and an integer bias. */
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
  const offset = isZero(p, zero) ? undefined : shaped(p, zero, [], float);
  p.define(
    outputOf(node),
    saturated(p, steps, offset, rangeOf(type), type),
    imageAxes(p.capabilities.channels, rank),
  );
};

/** In the type of the sums: float32 rounds no sooner than the product with the scale does. */
function withBias(p: Planner, sums: Operand, name: string | undefined, axis: number): Operand {
  if (name === undefined) return sums;
  const shape = sums.shape.map((_, each) => (each === axis ? elementCount(p.shape(name)) : 1));
  return binary(p, 'Add', sums, shaped(p, name, shape, sums.type));
}

export const integerConvolutions: Canonicalisers = { ConvInteger: ofIntegers, QLinearConv: quantised };
