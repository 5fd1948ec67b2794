/** Convolutions without pads, groups, a single axis or dilations; in the end as products of shifted slices. */
import { elementCount } from '../../../model/graph.js';
import {
  along,
  binary,
  concat,
  type Emitter,
  matMul,
  one,
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

export function present(...operands: readonly (Operand | undefined)[]): readonly Operand[] {
  return operands.filter((operand) => operand !== undefined);
}

const padded: Decomposition<'Conv'> = (p, settings, [x, ...rest], [result]) => {
  if (!x || !result || !isPadded(settings.pads)) return undefined;
  const whole = filled(p, x, around(p, x, settings.pads), 0);
  return [one(p, 'Conv', { ...settings, pads: noPads(settings.strides) }, [whole, ...rest], result)];
};

/** The filters' axis of their results, or of what they read. */
function filterAxis(p: Emitter, filters: Operand, onnxAxis: 0 | 1): number {
  return p.capabilities.channels === 'first' ? onnxAxis : filters.shape.length - 1 - onnxAxis;
}

/** Every channel by itself: products with each of the kernel's numbers. */
const depthwise: Decomposition<'Conv'> = (p, { group, strides, dilations }, [x, filters, bias], [result]) => {
  if (!x || !filters || !result || group < 2) return undefined;
  const results = filters.shape[filterAxis(p, filters, 0)] ?? 1;
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
  if (!x || !filters || !result || settings.group < 2) return undefined;
  const { group } = settings;
  const axis = channelAxis(p.capabilities.channels, x.shape.length);
  const parts = (operand: Operand, of: number) => splitEqually(p, operand, of, group);
  const pictures = parts(x, axis);
  const kernels = parts(filters, filterAxis(p, filters, 0));
  const biases = bias ? parts(bias, 0) : [];
  const shape = result.shape.map((extent, each) => (each === axis ? extent / group : extent));
  const found = pictures.map((picture, index) =>
    one(p, 'Conv', { ...settings, group: 1 }, present(picture, kernels[index], biases[index]), {
      ...result,
      shape,
    }),
  );
  return [concat(p, found, axis)];
};

/** Of one axis as of two. */
const flat: Decomposition<'Conv'> = (p, settings, [x, filters, bias], [result]) => {
  if (!x || !filters || !result || settings.strides.length !== 1) return undefined;
  const two = { group: settings.group, ...liftedWindow(settings) };
  const [axis = 1] = spatialOf(p, x);
  const shape = liftedShape(result.shape, axis);
  const operands = present(lifted(p, x), liftedFilters(p, filters), bias);
  return [reshape(p, one(p, 'Conv', two, operands, { ...result, shape }), result.shape)];
};

export function liftedFilters(p: Emitter, filters: Operand): Operand {
  const [axis = 0] = kernelAxes(p.capabilities.channels, filters.shape.length);
  return reshape(p, filters, liftedShape(filters.shape, axis));
}

/** Filters with zeros between their numbers. */
const dilated: Decomposition<'Conv'> = (p, settings, [x, filters, bias], [result]) => {
  if (!x || !filters || !result || settings.dilations.every((each) => each === 1)) return undefined;
  const wide = kernelAxes(p.capabilities.channels, filters.shape.length).reduce(
    (whole, axis, index) => spaced(p, whole, axis, settings.dilations[index] ?? 1),
    filters,
  );
  const dense = { ...settings, dilations: settings.dilations.map(() => 1) };
  return [one(p, 'Conv', dense, present(x, wide, bias), result)];
};

/** A product for each of the kernel's places. */
const products: Decomposition<'Conv'> = (p, settings, [x, filters, bias], [result]) => {
  if (!x || !filters || !result || settings.group !== 1 || isPadded(settings.pads)) return undefined;
  const kernel = kernelOf(p, filters);
  const window = windowOf(p, x, result.shape, settings.strides, settings.dilations);
  const count = elementCount(kernel);
  const isFirst = p.capabilities.channels === 'first';
  const [batch = 1, ...rest] = result.shape;
  const channels = channelAxis(p.capabilities.channels, x.shape.length);
  const [inputs = 1, outputs = 1] = [x.shape[channels], result.shape[channels]];
  const places = elementCount(rest) / outputs;
  // The kernel's places in front, so that one of them is a matrix.
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

const mostPlaces = 256;

function sumOf(
  p: Emitter,
  kernel: PerAxis,
  part: (offset: PerAxis, index: number) => Operand,
): Operand | undefined {
  if (elementCount(kernel) > mostPlaces) return undefined;
  return offsetsOf(kernel)
    .map(part)
    .reduce((a, b) => binary(p, 'Add', a, b));
}

/** Extents of the kernel's spatial axes. */
export function kernelOf(p: Emitter, filters: Operand): PerAxis {
  return kernelAxes(p.capabilities.channels, filters.shape.length).map((axis) => filters.shape[axis] ?? 1);
}

function windowOf(
  p: Emitter,
  x: Operand,
  result: readonly number[],
  strides: Operations['Conv']['strides'],
  dilations: Operations['Conv']['dilations'],
): Places {
  const axes = spatialOf(p, x);
  return { axes, strides, dilations, places: axes.map((axis) => result[axis] ?? 1) };
}

export const convolution: Decomposition<'Conv'> = firstOf(
  padded,
  depthwise,
  grouped,
  flat,
  dilated,
  products,
);
