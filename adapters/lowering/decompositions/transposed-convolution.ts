/** ConvTranspose without pads, by groups or with one more axis; at last Conv over an image with zeros between its elements. */
import { at, leading } from '../../../common/at.js';
import {
  concat,
  type Emitter,
  one,
  optional,
  reshape,
  slice,
  splitEqually,
  transpose,
  unary,
} from '../operations/emitter.js';
import { channelAxis, kernelAxes } from '../operations/layout.js';
import type { Operand } from '../operations/operation.js';
import { kernelOf, liftedFilters, withBias } from './convolution.js';
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

/** Without pads, then cropped by them; `output_padding` appends zeros, or keeps what the pads would crop. */
const cut: Decomposition<'ConvTranspose'> = (p, settings, [x, filters, bias], [result]) => {
  const { pads, outputPadding, strides, dilations } = settings;
  if (!isPadded(pads) && outputPadding.every((each) => each === 0)) return undefined;
  const spatial = spatialOf(p, x);
  const kernel = kernelOf(p, filters);
  const whole = result.shape.map((extent, axis) => {
    const index = spatial.indexOf(axis);
    if (index < 0) return extent;
    const reach = (at(kernel, index) - 1) * at(dilations, index) + 1;
    return (at(x.shape, axis) - 1) * at(strides, index) + reach;
  });
  const plain = { ...settings, pads: noPads(strides), outputPadding: strides.map(() => 0) };
  const full = one(p, 'ConvTranspose', plain, [x, filters], { ...result, shape: whole });
  const ends = around(p, x, pads).map(([before], axis) => ({
    before,
    end: before + at(result.shape, axis),
  }));
  const kept = slice(
    p,
    full,
    ends.map(({ before }, axis) => Math.min(before, at(whole, axis))),
    ends.map(({ end }, axis) => Math.min(end, at(whole, axis))),
  );
  const missing = kept.shape.map((extent, axis): readonly [number, number] => [
    0,
    at(result.shape, axis) - extent,
  ]);
  return [withBias(p, filled(p, kept, missing, 0), bias)];
};

const grouped: Decomposition<'ConvTranspose'> = (p, settings, [x, filters, bias], [result]) => {
  if (settings.group < 2) return undefined;
  const { group } = settings;
  const parts = (operand: Operand, axis: number) => splitEqually(p, operand, axis, group);
  const isFirst = p.capabilities.channels === 'first';
  const axis = channelAxis(p.capabilities.channels, x.shape.length);
  // The first ONNX axis of these filters is the inputs, that of Conv's the outputs.
  const kernels = parts(filters, isFirst ? 0 : filters.shape.length - 1);
  const biases = bias ? parts(bias, 0) : [];
  const shape = result.shape.map((extent, each) => (each === axis ? extent / group : extent));
  const found = parts(x, axis).map((image, index) =>
    one(
      p,
      'ConvTranspose',
      { ...settings, group: 1 },
      [image, at(kernels, index), ...optional(biases[index])],
      {
        ...result,
        shape,
      },
    ),
  );
  return [concat(p, found, axis)];
};

const flat: Decomposition<'ConvTranspose'> = (p, settings, [x, filters, bias], [result]) => {
  if (settings.strides.length !== 1) return undefined;
  const two = {
    group: settings.group,
    ...liftedWindow(settings),
    outputPadding: [0, ...settings.outputPadding],
  };
  const [axis] = leading(spatialOf(p, x), 1);
  const operands = [lifted(p, x), liftedFilters(p, filters), ...optional(bias)] as const;
  const shape = liftedShape(result.shape, axis);
  return [reshape(p, one(p, 'ConvTranspose', two, operands, { ...result, shape }), result.shape)];
};

/** Conv with flipped filters over an image with `stride - 1` zeros between its elements, padded by the reach of the kernel. */
const overZeros: Decomposition<'ConvTranspose'> = (p, settings, [x, filters, bias], [result]) => {
  if (settings.group !== 1) return undefined;
  const { strides, dilations } = settings;
  const spatial = spatialOf(p, x);
  const wide = spatial.reduce((whole, axis, index) => spaced(p, whole, axis, at(strides, index)), x);
  const axes = kernelAxes(p.capabilities.channels, filters.shape.length);
  const overlap = axes.map((axis, index): readonly [number, number] => {
    const reach = (at(filters.shape, axis) - 1) * at(dilations, index);
    return [reach, reach];
  });
  const plain = { strides: strides.map(() => 1), dilations, pads: overlap, group: 1 };
  return [one(p, 'Conv', plain, [wide, flipped(p, filters, axes), ...optional(bias)], result)];
};

/** Reversed along the kernel, with inputs and outputs swapped. */
function flipped(p: Emitter, filters: Operand, axes: readonly number[]): Operand {
  const long = axes.filter((axis) => at(filters.shape, axis) > 1);
  const backward = long.length > 0 ? unary(p, 'Reverse', filters, { axes: long }) : filters;
  const rank = filters.shape.length;
  const others = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !axes.includes(axis));
  const perm = Array.from({ length: rank }, (_, axis) => {
    const place = others.indexOf(axis);
    return place < 0 ? axis : at(others, 1 - place);
  });
  return transpose(p, backward, perm);
}

export const transposedConvolution: Decomposition<'ConvTranspose'> = firstOf(cut, grouped, flat, overZeros);
