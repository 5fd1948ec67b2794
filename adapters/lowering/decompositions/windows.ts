/**
 * Convolutions and poolings in simpler ones. One thing that a framework may lack is taken away at a time: pads, groups, a
 * single spatial axis, dilations; the rest is asked for again, since it may have that. Last come sums over shifted slices.
 */
import { elementCount } from '../../../model/graph.js';
import { binary, type Emitter, one, type Result, reshape, withNumber } from '../operations/emitter.js';
import type { Operand, PerAxis } from '../operations/operation.js';
import { convolution } from './convolution.js';
import type { Decomposition, Decompositions } from './decomposition.js';
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
import { filled, leastOf, type Places, shifted } from './shifts.js';
import { transposedConvolution } from './transposed-convolution.js';

/** Poolings of one axis as of two. */
function pooledFlat<Kind extends 'MaxPool' | 'AveragePool'>(kind: Kind): Decomposition<Kind> {
  return (p, settings, [x], [result]) => {
    if (!x || !result || settings.kernel.length !== 1) return undefined;
    const [axis = 1] = spatialOf(p, x);
    const shape = liftedShape(result.shape, axis);
    const two = {
      ...settings,
      kernel: [1, ...settings.kernel],
      ...liftedWindow(settings),
    };
    return [reshape(p, one(p, kind, two, [lifted(p, x)], { type: result.type, shape }), result.shape)];
  };
}

/** Over one axis after the other, by the slices at each offset. */
function alongAxes(
  p: Emitter,
  x: Operand,
  kernel: PerAxis,
  window: Places,
  combine: (a: Operand, b: Operand) => Operand,
): Operand {
  return window.axes.reduce((whole, axis, spatial) => {
    const part: Places = {
      axes: [axis],
      strides: [window.strides[spatial] ?? 1],
      dilations: [window.dilations[spatial] ?? 1],
      places: [window.places[spatial] ?? 1],
    };
    const slices = Array.from({ length: kernel[spatial] ?? 1 }, (_, offset) =>
      shifted(p, whole, part, [offset]),
    );
    return slices.reduce(combine);
  }, x);
}

function placesOf(p: Emitter, x: Operand, result: Result, strides: PerAxis, dilations: PerAxis): Places {
  const axes = spatialOf(p, x);
  return { axes, strides, dilations, places: axes.map((axis) => result.shape[axis] ?? 1) };
}

const paddedMaxPool: Decomposition<'MaxPool'> = (p, settings, [x], [result]) => {
  if (!x || !result || !isPadded(settings.pads)) return undefined;
  const whole = filled(p, x, around(p, x, settings.pads), leastOf(x.type));
  return [one(p, 'MaxPool', { ...settings, pads: noPads(settings.pads.map(() => 0)) }, [whole], result)];
};

const shiftedMaxPool: Decomposition<'MaxPool'> = (p, { kernel, strides, dilations }, [x], [result]) => {
  if (!x || !result) return undefined;
  const window = placesOf(p, x, result, strides, dilations);
  return [alongAxes(p, x, kernel, window, (a, b) => binary(p, 'Max', a, b))];
};

/** Pads that do not count: an average over them too, times what it is too small by. */
const paddedAveragePool: Decomposition<'AveragePool'> = (p, settings, [x], [result]) => {
  if (!x || !result || !isPadded(settings.pads)) return undefined;
  const whole = filled(p, x, around(p, x, settings.pads), 0);
  const pads = noPads(settings.kernel);
  const average = one(p, 'AveragePool', { ...settings, pads, countPads: true }, [whole], result);
  if (settings.countPads) return [average];
  const spatial = spatialOf(p, x);
  const factors = spatial.map((axis, index) => {
    const own = (list: PerAxis) => list[index] ?? 1;
    const kernel = own(settings.kernel);
    const before = settings.pads[index]?.[0] ?? 0;
    return Array.from({ length: result.shape[axis] ?? 1 }, (_, place) => {
      const first = place * own(settings.strides) - before;
      const seen = Array.from({ length: kernel }, (_, each) => first + each * own(settings.dilations));
      return kernel / seen.filter((each) => each >= 0 && each < (x.shape[axis] ?? 1)).length;
    });
  });
  if (factors.flat().some((factor) => !Number.isFinite(factor))) return undefined;
  return [
    spatial.reduce((scaled, axis, index) => {
      const own = factors[index] ?? [];
      if (own.every((factor) => factor === 1)) return scaled;
      const shape = x.shape.map((_, each) => (each === axis ? own.length : 1));
      return binary(p, 'Mul', scaled, p.literal(x.type, shape, own));
    }, average),
  ];
};

const shiftedAveragePool: Decomposition<'AveragePool'> = (
  p,
  { kernel, strides, dilations },
  [x],
  [result],
) => {
  if (!x || !result) return undefined;
  const window = placesOf(p, x, result, strides, dilations);
  const sum = alongAxes(p, x, kernel, window, (a, b) => binary(p, 'Add', a, b));
  return [withNumber(p, 'Div', sum, elementCount(kernel))];
};

export const windows: Decompositions = {
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  MaxPool: firstOf(paddedMaxPool, pooledFlat('MaxPool'), shiftedMaxPool),
  AveragePool: firstOf(paddedAveragePool, pooledFlat('AveragePool'), shiftedAveragePool),
};
