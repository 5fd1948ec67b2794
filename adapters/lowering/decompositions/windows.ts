/**
 * Convolutions and poolings as simpler ones. Each step removes one property that a backend may not support (pads, groups, a
 * single spatial axis, dilations) and emits the rest again, which it may support. At last they are sums of shifted slices.
 */
import { at, leading } from '../../../common/at.js';
import { elementCount } from '../../../model/graph.js';
import { isOne } from '../lists.js';
import { binary, cast, type Emitter, one, type Result, reshape, withNumber } from '../operations/emitter.js';
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
import { filled, lowestOf, type Places, shifted } from './shifts.js';
import { transposedConvolution } from './transposed-convolution.js';

/** One spatial axis as two, the first of extent 1. */
function pooledFlat<Kind extends 'MaxPool' | 'AveragePool'>(kind: Kind): Decomposition<Kind> {
  return (p, settings, [x], [result]) => {
    if (settings.kernel.length !== 1) return undefined;
    const [axis] = leading(spatialOf(p, x), 1);
    const shape = liftedShape(result.shape, axis);
    const two = {
      ...settings,
      kernel: [1, ...settings.kernel],
      ...liftedWindow(settings),
    };
    return [reshape(p, one(p, kind, two, [lifted(p, x)], { type: result.type, shape }), result.shape)];
  };
}

/** One axis after the other, combining the slices at each offset of the window. */
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
      strides: [at(window.strides, spatial)],
      dilations: [at(window.dilations, spatial)],
      places: [at(window.places, spatial)],
    };
    const slices = Array.from({ length: at(kernel, spatial) }, (_, offset) =>
      shifted(p, whole, part, [offset]),
    );
    return slices.reduce(combine);
  }, x);
}

function placesOf(p: Emitter, x: Operand, result: Result, strides: PerAxis, dilations: PerAxis): Places {
  const axes = spatialOf(p, x);
  return { axes, strides, dilations, places: axes.map((axis) => at(result.shape, axis)) };
}

/** Narrow integers as int32, where the backend pools those: their maxima are the same. */
const widerMaxPool: Decomposition<'MaxPool'> = (p, settings, [x], [result]) => {
  if (!['int8', 'uint8', 'int16'].includes(x.type)) return undefined;
  const limit = p.capabilities.operations.MaxPool;
  const isSupported = limit && limit(settings, [{ ...x, type: 'int32' }], 'MaxPool') === undefined;
  if (!isSupported) return undefined;
  const wide = cast(p, x, 'int32');
  return [cast(p, one(p, 'MaxPool', settings, [wide], { ...result, type: 'int32' }), result.type)];
};

const paddedMaxPool: Decomposition<'MaxPool'> = (p, settings, [x], [result]) => {
  if (!isPadded(settings.pads)) return undefined;
  const whole = filled(p, x, around(p, x, settings.pads), lowestOf(x.type));
  return [one(p, 'MaxPool', { ...settings, pads: noPads(settings.pads.map(() => 0)) }, [whole], result)];
};

const shiftedMaxPool: Decomposition<'MaxPool'> = (p, { kernel, strides, dilations }, [x], [result]) => {
  const window = placesOf(p, x, result, strides, dilations);
  return [alongAxes(p, x, kernel, window, (a, b) => binary(p, 'Max', a, b))];
};

/** Padding that does not count: an average that counts it, scaled by kernel size / number of elements inside. */
const paddedAveragePool: Decomposition<'AveragePool'> = (p, settings, [x], [result]) => {
  if (!isPadded(settings.pads)) return undefined;
  const whole = filled(p, x, around(p, x, settings.pads), 0);
  const pads = noPads(settings.kernel);
  const average = one(p, 'AveragePool', { ...settings, pads, countPads: true }, [whole], result);
  if (settings.countPads) return [average];
  const spatial = spatialOf(p, x);
  const factors = spatial.map((axis, index) => {
    const own = (list: PerAxis) => at(list, index);
    const kernel = own(settings.kernel);
    const [before] = at(settings.pads, index);
    return Array.from({ length: at(result.shape, axis) }, (_, place) => {
      const first = place * own(settings.strides) - before;
      const seen = Array.from({ length: kernel }, (_, each) => first + each * own(settings.dilations));
      return kernel / seen.filter((each) => each >= 0 && each < at(x.shape, axis)).length;
    });
  });
  if (factors.flat().some((factor) => !Number.isFinite(factor))) return undefined;
  return [
    spatial.reduce((scaled, axis, index) => {
      const own = at(factors, index);
      if (isOne(own)) return scaled;
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
  const window = placesOf(p, x, result, strides, dilations);
  const sum = alongAxes(p, x, kernel, window, (a, b) => binary(p, 'Add', a, b));
  return [withNumber(p, 'Div', sum, elementCount(kernel))];
};

export const windows: Decompositions = {
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  MaxPool: firstOf(widerMaxPool, paddedMaxPool, pooledFlat('MaxPool'), shiftedMaxPool),
  AveragePool: firstOf(paddedAveragePool, pooledFlat('AveragePool'), shiftedAveragePool),
};
