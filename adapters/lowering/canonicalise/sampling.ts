/**
 * Interpolation between the elements of an image: GridSample, AffineGrid and RoiAlign, by the formulas of the ONNX operators.
 * Elements are gathered from the flattened image, its channels last.
 */
import { at, leading } from '../../../common/at.js';
import { elementCount } from '../../../model/graph.js';
import { type GraphNode, integer, number, text } from '../attributes.js';
import {
  binary,
  cast,
  gather,
  reduce,
  reshape,
  scalar,
  sliceAxis,
  unary,
  where,
  withNumber,
} from '../operations/emitter.js';
import { imageAxes } from '../operations/layout.js';
import type { Operand } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import { type Canonicaliser, type Canonicalisers, inputOf, outputOf } from './canonicaliser.js';

/** An element along one axis with its weight, 1 by default. */
interface Tap {
  readonly position: Operand;
  readonly weight?: Operand | undefined;
}

/** An element of the image. */
interface Place {
  /** In the flattened image. */
  readonly index: Operand;
  readonly weight?: Operand | undefined;
}

/** Times a weight, the same for every channel. */
function weighed(p: Planner, values: Operand, weight: Operand | undefined): Operand {
  if (!weight) return values;
  return binary(p, 'Mul', values, cast(p, reshape(p, weight, [...weight.shape, 1]), values.type));
}

/** Every combination of one tap of each axis. */
function placesOf(
  p: Planner,
  images: Operand,
  extents: readonly number[],
  taps: readonly (readonly Tap[])[],
): readonly Place[] {
  return taps.reduce<readonly Place[]>(
    (places, ofAxis, axis) => {
      const step = elementCount(extents.slice(axis + 1));
      const offsets = ofAxis.map(({ position, weight }): Place => {
        const index = cast(p, position, images.type);
        return { index: step === 1 ? index : withNumber(p, 'Mul', index, step), weight };
      });
      return places.flatMap((place) =>
        offsets.map((other) => ({
          index: binary(p, 'Add', place.index, other.index),
          weight: product(p, place.weight, other.weight),
        })),
      );
    },
    [{ index: images }],
  );
}

function product(p: Planner, a: Operand | undefined, b: Operand | undefined): Operand | undefined {
  return a && b ? binary(p, 'Mul', a, b) : (a ?? b);
}

/** The elements at each place, times their weights. */
function weightedElements(p: Planner, flat: Operand, places: readonly Place[]): readonly Operand[] {
  return places.map(({ index, weight }) => weighed(p, gather(p, flat, index, 0), weight));
}

/** [N · elements, C] */
function flattened(p: Planner, name: string): Operand {
  const shape = p.shape(name);
  const x = p.arranged(name, imageAxes('last', shape.length));
  return reshape(p, x, [elementCount(x.shape) / at(shape, 1), at(shape, 1)]);
}

interface Sampling {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly padding: 'zeros' | 'border' | 'reflection';
  readonly isAligned: boolean;
}

/** Before operator set 20 the names of modes are those for two spatial axes. */
const modes: Readonly<Record<string, Sampling['mode']>> = {
  nearest: 'nearest',
  linear: 'linear',
  bilinear: 'linear',
  cubic: 'cubic',
  bicubic: 'cubic',
};
const paddings = ['zeros', 'border', 'reflection'] as const;

function samplingOf(node: GraphNode): Sampling {
  const mode = text(node, 'mode', 'linear');
  const padding = text(node, 'padding_mode', 'zeros');
  return {
    mode: modes[mode] ?? refuse(`mode ${mode} is not supported`),
    padding: paddings.find((name) => name === padding) ?? refuse(`padding_mode ${padding} is not supported`),
    isAligned: integer(node, 'align_corners', 0) !== 0,
  };
}

const gridSample: Canonicaliser = (node, p) => {
  const sampling = samplingOf(node);
  const shape = p.shape(inputOf(node, 0));
  const [batch, channels] = leading(shape, 2);
  const extents = shape.slice(2);
  const grid = cast(p, p.plain(inputOf(node, 1)), p.held('float32'));
  const axes = extents.length;
  if (sampling.mode === 'cubic' && axes > 2) refuse(`mode cubic over ${axes} spatial axes is not supported`);
  const outer = grid.shape.slice(0, -1);
  // The grid names the last axis of the image first.
  const taps = extents.map((extent, axis) => {
    const own = sliceAxis(p, grid, axes + 1, axes - 1 - axis, axes - axis);
    return tapsOf(p, positionOf(p, reshape(p, own, outer), extent, sampling), extent, sampling);
  });
  const images = firstOfEach(p, batch, elementCount(extents), outer.length);
  const values = weightedElements(p, flattened(p, inputOf(node, 0)), placesOf(p, images, extents, taps));
  const sum = values.reduce((a, b) => binary(p, 'Add', a, b));
  if (sum.shape.at(-1) !== channels) throw new Error('the sum has no channels');
  p.define(outputOf(node), sum, imageAxes('last', axes + 2));
};

/** Index of the first element of each image. */
function firstOfEach(p: Planner, batch: number, size: number, rank: number): Operand {
  const starts = Array.from({ length: batch }, (_, image) => image * size);
  return p.literal(p.held('int64'), [batch, ...Array.from({ length: rank - 1 }, () => 1)], starts);
}

/**
 * From [-1, 1] to positions: of the centres of the first and the last element, or of their outer edges. Positions outside
 * are padded; in cubic interpolation each element is padded by itself, as PyTorch and ONNX Runtime do.
 */
function positionOf(p: Planner, given: Operand, extent: number, sampling: Sampling): Operand {
  const shifted = withNumber(p, 'Add', given, 1);
  const exact = sampling.isAligned
    ? withNumber(p, 'Mul', shifted, (extent - 1) / 2)
    : withNumber(p, 'Mul', withNumber(p, 'Sub', withNumber(p, 'Mul', shifted, extent), 1), 0.5);
  if (sampling.mode === 'nearest') return unary(p, 'Round', exact);
  return sampling.mode === 'cubic' || sampling.padding === 'zeros'
    ? exact
    : inside(p, exact, extent, sampling);
}

function edgesOf(extent: number, { isAligned }: Sampling): readonly [number, number] {
  return isAligned ? [0, extent - 1] : [-0.5, extent - 0.5];
}

/** Clamped to the border, or reflected between the edges. */
function inside(p: Planner, position: Operand, extent: number, sampling: Sampling): Operand {
  if (sampling.padding !== 'reflection') return unary(p, 'Clip', position, { low: 0, high: extent - 1 });
  const [low, high] = edgesOf(extent, sampling);
  const range = high - low;
  if (range === 0) return withNumber(p, 'Mul', position, 0);
  const from = withNumber(p, 'Sub', position, low);
  const turns = unary(p, 'Floor', withNumber(p, 'Div', from, 2 * range));
  const within = binary(p, 'Sub', from, withNumber(p, 'Mul', turns, 2 * range));
  const back = unary(p, 'Abs', withNumber(p, 'Sub', within, range));
  return binary(p, 'Sub', scalar(p, back, high), back);
}

function tapsOf(p: Planner, x: Operand, extent: number, sampling: Sampling): readonly Tap[] {
  const { mode } = sampling;
  if (mode === 'nearest') return [withinImage(p, { position: x }, extent, sampling)];
  const first = unary(p, 'Floor', x);
  const ratio = binary(p, 'Sub', x, first);
  const weights = mode === 'linear' ? triangle(p, ratio) : cubic(p, ratio);
  return weights.map((weight, index) => {
    const offset = index - (mode === 'linear' ? 0 : 1);
    const position = offset === 0 ? first : withNumber(p, 'Add', first, offset);
    return withinImage(p, { position, weight }, extent, sampling);
  });
}

/** The padding of an element outside: zero, or an element inside. */
function withinImage(p: Planner, tap: Tap, extent: number, sampling: Sampling): Tap {
  const { position, weight } = tap;
  const reflected = sampling.padding === 'reflection' ? inside(p, position, extent, sampling) : position;
  const clipped = unary(p, 'Clip', reflected, { low: 0, high: extent - 1 });
  if (sampling.padding !== 'zeros') return { position: clipped, weight };
  const isInside = binary(p, 'Equal', position, clipped);
  const one = weight ?? scalar(p, position, 1);
  return { position: clipped, weight: where(p, isInside, one, scalar(p, position, 0)) };
}

function triangle(p: Planner, ratio: Operand): readonly Operand[] {
  return [binary(p, 'Sub', scalar(p, ratio, 1), ratio), ratio];
}

/** Weights of four neighbouring elements: Keys (1981), see `interpolation.ts`, with a = -0.75. */
function cubic(p: Planner, ratio: Operand): readonly Operand[] {
  const a = -0.75;
  const other = binary(p, 'Sub', scalar(p, ratio, 1), ratio);
  const near = (d: Operand) => polynomial(p, d, [1, 0, -(a + 3), a + 2]);
  const far = (d: Operand) => polynomial(p, withNumber(p, 'Add', d, 1), [-4 * a, 8 * a, -5 * a, a]);
  return [far(ratio), near(ratio), near(other), far(other)];
}

/** Horner's rule. @param coefficients from the constant term on */
function polynomial(
  p: Planner,
  x: Operand,
  coefficients: readonly [number, number, number, number],
): Operand {
  const [zeroth, first, next, highest] = coefficients;
  const start = withNumber(p, 'Add', withNumber(p, 'Mul', x, highest), next);
  return [first, zeroth].reduce((sum, coefficient) => {
    const raised = binary(p, 'Mul', sum, x);
    return coefficient === 0 ? raised : withNumber(p, 'Add', raised, coefficient);
  }, start);
}

/** For each position its coordinates times the columns of theta, plus its last column. */
const affineGrid: Canonicaliser = (node, p) => {
  const extents = p.numbers(inputOf(node, 1)).slice(2);
  const theta = p.plain(inputOf(node, 0));
  const [batch, rows] = leading(theta.shape, 2);
  const isAligned = integer(node, 'align_corners', 0) !== 0;
  const column = (index: number) =>
    reshape(p, sliceAxis(p, theta, 2, index, index + 1), [batch, ...extents.map(() => 1), rows]);
  const terms = extents.map((extent, axis) => {
    const shape = [1, ...extents.map((_, each) => (each === axis ? extent : 1)), 1];
    const places = p.literal(theta.type, shape, coordinatesOf(extent, isAligned));
    return binary(p, 'Mul', column(extents.length - 1 - axis), places);
  });
  p.define(
    outputOf(node),
    terms.reduce((a, b) => binary(p, 'Add', a, b), column(extents.length)),
  );
};

function coordinatesOf(extent: number, isAligned: boolean): readonly number[] {
  return Array.from({ length: extent }, (_, place) => {
    if (!isAligned) return (2 * place + 1) / extent - 1;
    return extent === 1 ? 0 : (2 * place) / (extent - 1) - 1;
  });
}

/** The mean or the maximum of `sampling_ratio` samples along each axis, in each bin of each region. */
const regions: Canonicaliser = (node, p) => {
  const [, channels, height, width] = leading(p.shape(inputOf(node, 0)), 4);
  const samples = integer(node, 'sampling_ratio', 0);
  if (samples < 1)
    refuse('sampling_ratio 0 is not supported: the number of samples would depend on the regions');
  const rois = p.plain(inputOf(node, 1));
  const count = at(rois.shape, 0);
  const isHalf =
    p.graph.opset >= 16 && text(node, 'coordinate_transformation_mode', 'half_pixel') === 'half_pixel';
  const scaled = withNumber(p, 'Mul', rois, number(node, 'spatial_scale', 1));
  const corners = isHalf ? withNumber(p, 'Sub', scaled, 0.5) : scaled;
  const bins = [integer(node, 'output_height', 1), integer(node, 'output_width', 1)] as const;
  const along = (axis: 0 | 1, extent: number) => {
    const start = sliceAxis(p, corners, 1, 1 - axis, 2 - axis);
    const length = binary(p, 'Sub', sliceAxis(p, corners, 1, 3 - axis, 4 - axis), start);
    // The extent of a region is at least that of one element.
    const size = isHalf ? length : unary(p, 'Clip', length, { low: 1, high: null });
    const total = bins[axis] * samples;
    const shares = Array.from({ length: total }, (_, sample) => (sample + 0.5) / total);
    const positions = binary(
      p,
      'Add',
      start,
      binary(p, 'Mul', size, p.literal(rois.type, [1, total], shares)),
    );
    const shape = axis === 0 ? [count, total, 1] : [count, 1, total];
    return regionTaps(p, reshape(p, positions, shape), extent);
  };
  const indices = cast(p, p.plain(inputOf(node, 2)), p.held('int64'));
  const images = withNumber(p, 'Mul', reshape(p, indices, [count, 1, 1]), height * width);
  const places = placesOf(p, images, [height, width], [along(0, height), along(1, width)]);
  const elements = weightedElements(p, flattened(p, inputOf(node, 0)), places);
  const isMean = text(node, 'mode', 'avg') === 'avg';
  const values = elements.reduce((a, b) => binary(p, isMean ? 'Add' : 'Max', a, b));
  const kind = isMean ? 'ReduceMean' : 'ReduceMax';
  const columns = bins[1] * samples;
  const byRow = reshape(p, values, [count, bins[0], samples, columns, channels]);
  const rows = reduce(p, kind, byRow, [2], false);
  const byColumn = reshape(p, rows, [count, bins[0], bins[1], samples, channels]);
  const result = reduce(p, kind, byColumn, [3], false);
  p.define(outputOf(node), result, imageAxes('last', 4));
};

/** Within one element of the edge it is the border; farther outside it is zero. */
function regionTaps(p: Planner, position: Operand, extent: number): readonly Tap[] {
  const isInside = binary(
    p,
    'And',
    withNumber(p, 'GreaterOrEqual', position, -1),
    withNumber(p, 'LessOrEqual', position, extent),
  );
  const held = unary(p, 'Clip', position, { low: 0, high: extent - 1 });
  const first = unary(p, 'Floor', held);
  const next = unary(p, 'Clip', withNumber(p, 'Add', first, 1), { low: 0, high: extent - 1 });
  const weights = triangle(p, binary(p, 'Sub', held, first));
  return [first, next].map((position, index) => ({
    position,
    weight: where(p, isInside, at(weights, index), scalar(p, held, 0)),
  }));
}

export const sampling: Canonicalisers = { GridSample: gridSample, AffineGrid: affineGrid, RoiAlign: regions };
