/** ConvTranspose as a whole one that is cut, by groups, of two axes; in the end as Conv over a picture with zeros in it. */
import {
  concat,
  type Emitter,
  one,
  reshape,
  slice,
  splitEqually,
  transpose,
  unary,
} from '../operations/emitter.js';
import { channelAxis, kernelAxes } from '../operations/layout.js';
import type { Operand } from '../operations/operation.js';
import { kernelOf, liftedFilters, present, withBias } from './convolution.js';
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
import { filled, spaced } from './shifts.js';

/** Pads cut what comes without them; what it is longer by is zeros there, or what the pads would have cut. */
const cut: Decomposition<'ConvTranspose'> = (p, settings, [x, filters, bias], [result]) => {
  const { pads, outputPadding, strides, dilations } = settings;
  if (!x || !filters || !result) return undefined;
  if (!isPadded(pads) && outputPadding.every((each) => each === 0)) return undefined;
  const spatial = spatialOf(p, x);
  const kernel = kernelOf(p, filters);
  const whole = result.shape.map((extent, axis) => {
    const index = spatial.indexOf(axis);
    if (index < 0) return extent;
    const reach = ((kernel[index] ?? 1) - 1) * (dilations[index] ?? 1) + 1;
    return ((x.shape[axis] ?? 1) - 1) * (strides[index] ?? 1) + reach;
  });
  const plain = { ...settings, pads: noPads(strides), outputPadding: strides.map(() => 0) };
  const full = one(p, 'ConvTranspose', plain, [x, filters], { ...result, shape: whole });
  const ends = around(p, x, pads).map(([before], axis) => ({
    before,
    end: before + (result.shape[axis] ?? 1),
  }));
  const kept = slice(
    p,
    full,
    ends.map(({ before }, axis) => Math.min(before, whole[axis] ?? 1)),
    ends.map(({ end }, axis) => Math.min(end, whole[axis] ?? 1)),
  );
  const missing = kept.shape.map((extent, axis): readonly [number, number] => [
    0,
    (result.shape[axis] ?? 1) - extent,
  ]);
  return [withBias(p, filled(p, kept, missing, 0), bias)];
};

const grouped: Decomposition<'ConvTranspose'> = (p, settings, [x, filters, bias], [result]) => {
  if (!x || !filters || !result || settings.group < 2) return undefined;
  const { group } = settings;
  const parts = (operand: Operand, axis: number) => splitEqually(p, operand, axis, group);
  const isFirst = p.capabilities.channels === 'first';
  const axis = channelAxis(p.capabilities.channels, x.shape.length);
  // Filters have what they read where Conv's have their results.
  const kernels = parts(filters, isFirst ? 0 : filters.shape.length - 1);
  const biases = bias ? parts(bias, 0) : [];
  const shape = result.shape.map((extent, each) => (each === axis ? extent / group : extent));
  const found = parts(x, axis).map((picture, index) =>
    one(p, 'ConvTranspose', { ...settings, group: 1 }, present(picture, kernels[index], biases[index]), {
      ...result,
      shape,
    }),
  );
  return [concat(p, found, axis)];
};

const flat: Decomposition<'ConvTranspose'> = (p, settings, [x, filters, bias], [result]) => {
  if (!x || !filters || !result || settings.strides.length !== 1) return undefined;
  const two = {
    group: settings.group,
    ...liftedWindow(settings),
    outputPadding: [0, ...settings.outputPadding],
  };
  const [axis = 1] = spatialOf(p, x);
  const operands = present(lifted(p, x), liftedFilters(p, filters), bias);
  const shape = liftedShape(result.shape, axis);
  return [reshape(p, one(p, 'ConvTranspose', two, operands, { ...result, shape }), result.shape)];
};

/** Conv with turned filters over a picture with `stride - 1` zeros between its elements, and as many around as overlap. */
const overZeros: Decomposition<'ConvTranspose'> = (p, settings, [x, filters, bias], [result]) => {
  if (!x || !filters || !result || settings.group !== 1) return undefined;
  const { strides, dilations } = settings;
  const spatial = spatialOf(p, x);
  const wide = spatial.reduce((whole, axis, index) => spaced(p, whole, axis, strides[index] ?? 1), x);
  const axes = kernelAxes(p.capabilities.channels, filters.shape.length);
  const overlap = axes.map((axis, index): readonly [number, number] => {
    const reach = ((filters.shape[axis] ?? 1) - 1) * (dilations[index] ?? 1);
    return [reach, reach];
  });
  const plain = { strides: strides.map(() => 1), dilations, pads: overlap, group: 1 };
  return [one(p, 'Conv', plain, present(wide, turned(p, filters, axes), bias), result)];
};

/** From the end, and from what they made to what they read. */
function turned(p: Emitter, filters: Operand, axes: readonly number[]): Operand {
  const long = axes.filter((axis) => (filters.shape[axis] ?? 1) > 1);
  const backward = long.length > 0 ? unary(p, 'Reverse', filters, { axes: long }) : filters;
  const rank = filters.shape.length;
  const others = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !axes.includes(axis));
  const perm = Array.from({ length: rank }, (_, axis) => {
    const place = others.indexOf(axis);
    return place < 0 ? axis : (others[1 - place] ?? axis);
  });
  return transpose(p, backward, perm);
}

export const transposedConvolution: Decomposition<'ConvTranspose'> = firstOf(cut, grouped, flat, overZeros);
