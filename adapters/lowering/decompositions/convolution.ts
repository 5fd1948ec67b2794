/** Conv without pads, groups, dilations or with one more axis, whichever the backend needs; at last products of shifted slices. */
import { at, leading } from '../../../common/at.js';
import { elementCount } from '../../../model/graph.js';
import { isOne } from '../lists.js';
import {
  along,
  binary,
  concat,
  type Emitter,
  matMul,
  one,
  optional,
  reshape,
  sliceAxis,
  splitEqually,
  transpose,
} from '../operations/emitter.js';
import { channelAxis, kernelAxes } from '../operations/layout.js';
import type { Operand, Operations, PerAxis } from '../operations/operation.js';
import type { Decomposition } from './decomposition.js';
import {
  around,
  firstOf,
  isPadded,
  lifted,
  liftedShape,
  liftedWindow,
  noPads,
  spatialOf,
} from './helpers.js';
import { filled, offsetsOf, type Places, shifted, spaced } from './shifts.js';

export function withBias(p: Emitter, sum: Operand, bias: Operand | undefined): Operand {
  const rank = sum.shape.length;
  return bias ? binary(p, 'Add', sum, along(p, bias, channelAxis(p.capabilities.channels, rank), rank)) : sum;
}

const padded: Decomposition<'Conv'> = (p, settings, [x, filters, bias], [result]) => {
  if (!isPadded(settings.pads)) return undefined;
  const whole = filled(p, x, around(p, x, settings.pads), 0);
  const unpadded = { ...settings, pads: noPads(settings.strides) };
  return [one(p, 'Conv', unpadded, [whole, filters, ...optional(bias)], result)];
};

/** Native position in filters of the outputs (ONNX axis 0) or of the inputs (1). */
function filterAxis(p: Emitter, filters: Operand, onnxAxis: 0 | 1): number {
  return p.capabilities.channels === 'first' ? onnxAxis : filters.shape.length - 1 - onnxAxis;
}

/** Each channel by itself: a sum of shifted slices, each times its element of the kernel. */
const depthwise: Decomposition<'Conv'> = (p, { group, strides, dilations }, [x, filters, bias], [result]) => {
  if (group < 2) return undefined;
  const results = at(filters.shape, filterAxis(p, filters, 0));
  if (filters.shape[filterAxis(p, filters, 1)] !== 1 || results !== group) return undefined;
  const kernel = kernelOf(p, filters);
  const window = windowOf(p, x, result.shape, strides, dilations);
  const isFirst = p.capabilities.channels === 'first';
  const flat = reshape(p, filters, isFirst ? [group, elementCount(kernel)] : [elementCount(kernel), group]);
  const rank = x.shape.length;
  const sum = sumOf(p, kernel, (offset, index) => {
    const factors = sliceAxis(p, flat, isFirst ? 1 : 0, index, index + 1);
    const channels = along(p, factors, channelAxis(p.capabilities.channels, rank), rank);
    return binary(p, 'Mul', shifted(p, x, window, offset), channels);
  });
  return sum && [withBias(p, sum, bias)];
};

const grouped: Decomposition<'Conv'> = (p, settings, [x, filters, bias], [result]) => {
  if (settings.group < 2) return undefined;
  const { group } = settings;
  const axis = channelAxis(p.capabilities.channels, x.shape.length);
  const parts = (operand: Operand, of: number) => splitEqually(p, operand, of, group);
  const images = parts(x, axis);
  const kernels = parts(filters, filterAxis(p, filters, 0));
  const biases = bias ? parts(bias, 0) : [];
  const shape = result.shape.map((extent, each) => (each === axis ? extent / group : extent));
  const found = images.map((image, index) =>
    one(p, 'Conv', { ...settings, group: 1 }, [image, at(kernels, index), ...optional(biases[index])], {
      ...result,
      shape,
    }),
  );
  return [concat(p, found, axis)];
};

/** One spatial axis as two, the first of extent 1. */
const flat: Decomposition<'Conv'> = (p, settings, [x, filters, bias], [result]) => {
  if (settings.strides.length !== 1) return undefined;
  const two = { group: settings.group, ...liftedWindow(settings) };
  const [axis] = leading(spatialOf(p, x), 1);
  const shape = liftedShape(result.shape, axis);
  const operands = [lifted(p, x), liftedFilters(p, filters), ...optional(bias)] as const;
  return [reshape(p, one(p, 'Conv', two, operands, { ...result, shape }), result.shape)];
};

export function liftedFilters(p: Emitter, filters: Operand): Operand {
  const [axis] = leading(kernelAxes(p.capabilities.channels, filters.shape.length), 1);
  return reshape(p, filters, liftedShape(filters.shape, axis));
}

/** Filters with zeros between their elements. */
const dilated: Decomposition<'Conv'> = (p, settings, [x, filters, bias], [result]) => {
  if (isOne(settings.dilations)) return undefined;
  const wide = kernelAxes(p.capabilities.channels, filters.shape.length).reduce(
    (whole, axis, index) => spaced(p, whole, axis, at(settings.dilations, index)),
    filters,
  );
  const dense = { ...settings, dilations: settings.dilations.map(() => 1) };
  return [one(p, 'Conv', dense, [x, wide, ...optional(bias)], result)];
};

/** A matrix product for each position of the kernel. */
const products: Decomposition<'Conv'> = (p, settings, [x, filters, bias], [result]) => {
  if (settings.group !== 1 || isPadded(settings.pads)) return undefined;
  const kernel = kernelOf(p, filters);
  const window = windowOf(p, x, result.shape, settings.strides, settings.dilations);
  const count = elementCount(kernel);
  const isFirst = p.capabilities.channels === 'first';
  const batch = at(result.shape, 0);
  const channels = channelAxis(p.capabilities.channels, x.shape.length);
  const [inputs, outputs] = [at(x.shape, channels), at(result.shape, channels)];
  const places = elementCount(result.shape.slice(1)) / outputs;
  // The positions of the kernel come first, so that each is a matrix.
  const matrices = isFirst
    ? transpose(p, reshape(p, filters, [outputs, inputs, count]), [2, 0, 1])
    : reshape(p, filters, [count, inputs, outputs]);
  const sum = sumOf(p, kernel, (offset, index) => {
    const matrix = reshape(p, sliceAxis(p, matrices, 0, index, index + 1), matrices.shape.slice(1));
    const part = shifted(p, x, window, offset);
    return isFirst
      ? matMul(p, matrix, reshape(p, part, [batch, inputs, places]))
      : matMul(p, reshape(p, part, [batch * places, inputs]), matrix);
  });
  return sum && [withBias(p, reshape(p, sum, result.shape), bias)];
};

/** Positions of a kernel; with more the plan would be too long. */
const maxPositions = 256;

function sumOf(
  p: Emitter,
  kernel: PerAxis,
  part: (offset: PerAxis, index: number) => Operand,
): Operand | undefined {
  if (elementCount(kernel) > maxPositions) return undefined;
  return offsetsOf(kernel)
    .map(part)
    .reduce((a, b) => binary(p, 'Add', a, b));
}

/** Spatial extents of filters. */
export function kernelOf(p: Emitter, filters: Operand): PerAxis {
  return kernelAxes(p.capabilities.channels, filters.shape.length).map((axis) => at(filters.shape, axis));
}

function windowOf(
  p: Emitter,
  x: Operand,
  result: readonly number[],
  strides: Operations['Conv']['strides'],
  dilations: Operations['Conv']['dilations'],
): Places {
  const axes = spatialOf(p, x);
  return { axes, strides, dilations, places: axes.map((axis) => at(result, axis)) };
}

export const convolution: Decomposition<'Conv'> = firstOf(
  padded,
  depthwise,
  grouped,
  flat,
  dilated,
  products,
);
