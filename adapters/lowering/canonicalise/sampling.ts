/**
 * Pictures looked at between their elements: GridSample, AffineGrid and RoiAlign, from the formulas of the ONNX operator
 * decompositions. The elements are gathered from the flattened picture, with its channels last.
 */
import { elementCount } from '../../../model/graph.js';
import { type GraphNode, integer, decimal as number, text } from '../attributes.js';
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
import { pictureAxes } from '../operations/layout.js';
import type { Operand } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import { type Canonicaliser, type Canonicalisers, inputOf, outputOf } from './canonicaliser.js';

/** An element along one axis, and what it counts for; all of it where there is no weight. */
interface Tap {
  readonly position: Operand;
  readonly weight?: Operand | undefined;
}

/** An element of the picture. */
interface Place {
  /** In the flattened one. */
  readonly index: Operand;
  readonly weight?: Operand | undefined;
}

/** The same weight for every channel, in the type of what is weighed. */
function weighed(p: Planner, values: Operand, weight: Operand | undefined): Operand {
  if (!weight) return values;
  return binary(p, 'Mul', values, cast(p, reshape(p, weight, [...weight.shape, 1]), values.type));
}

/** Every tap of the first axis with every one of the next. @param taps of each axis */
function placesOf(
  p: Planner,
  pictures: Operand,
  extents: readonly number[],
  taps: readonly (readonly Tap[])[],
): readonly Place[] {
  return taps.reduce<readonly Place[]>(
    (places, ofAxis, axis) => {
      const step = elementCount(extents.slice(axis + 1));
      const moved = ofAxis.map(({ position, weight }): Place => {
        const whole = cast(p, position, pictures.type);
        return { index: step === 1 ? whole : withNumber(p, 'Mul', whole, step), weight };
      });
      return places.flatMap((place) =>
        moved.map((other) => ({
          index: binary(p, 'Add', place.index, other.index),
          weight: product(p, place.weight, other.weight),
        })),
      );
    },
    [{ index: pictures }],
  );
}

function product(p: Planner, a: Operand | undefined, b: Operand | undefined): Operand | undefined {
  return a && b ? binary(p, 'Mul', a, b) : (a ?? b);
}

/** What is gathered of the picture at each place, times its weight. */
function seenAt(p: Planner, flat: Operand, places: readonly Place[]): readonly Operand[] {
  return places.map(({ index, weight }) => weighed(p, gather(p, flat, index, 0), weight));
}

/** [N · elements, C] */
function flattened(p: Planner, name: string): Operand {
  const shape = p.shape(name);
  const x = p.arranged(name, pictureAxes('last', shape.length));
  return reshape(p, x, [elementCount(x.shape) / (shape[1] ?? 1), shape[1] ?? 1]);
}

interface Sampling {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly padding: 'zeros' | 'border' | 'reflection';
  readonly isAligned: boolean;
}

/** Before operator set 20 modes have the names that they have of pictures. */
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
  const [batch = 1, channels = 1, ...extents] = p.shape(inputOf(node, 0));
  const grid = cast(p, p.plain(inputOf(node, 1)), p.held('float32'));
  const axes = extents.length;
  if (sampling.mode === 'cubic' && axes > 2) refuse(`mode cubic over ${axes} spatial axes is not supported`);
  const outer = grid.shape.slice(0, -1);
  // The last axis of the picture comes first.
  const taps = extents.map((extent, axis) => {
    const own = sliceAxis(p, grid, axes + 1, axes - 1 - axis, axes - axis);
    return tapsOf(p, positionOf(p, reshape(p, own, outer), extent, sampling), extent, sampling);
  });
  const pictures = firstOfEach(p, batch, elementCount(extents), outer.length);
  const values = seenAt(p, flattened(p, inputOf(node, 0)), placesOf(p, pictures, extents, taps));
  const sum = values.reduce((a, b) => binary(p, 'Add', a, b));
  if (sum.shape.at(-1) !== channels) throw new Error('the channels are lost');
  p.define(outputOf(node), sum, pictureAxes('last', axes + 2));
};

/** Where each picture starts in all of them. */
function firstOfEach(p: Planner, batch: number, size: number, rank: number): Operand {
  const starts = Array.from({ length: batch }, (_, picture) => picture * size);
  return p.literal(p.held('int64'), [batch, ...Array.from({ length: rank - 1 }, () => 1)], starts);
}

/**
 * From -1 to 1 over the centres of the first and the last element, or over their outer edges. What lies beyond is moved
 * inside; for a cubic interpolation its elements are moved one by one, as PyTorch and ONNX Runtime do it.
 */
function positionOf(p: Planner, given: Operand, extent: number, sampling: Sampling): Operand {
  const moved = withNumber(p, 'Add', given, 1);
  const exact = sampling.isAligned
    ? withNumber(p, 'Mul', moved, (extent - 1) / 2)
    : withNumber(p, 'Mul', withNumber(p, 'Sub', withNumber(p, 'Mul', moved, extent), 1), 0.5);
  if (sampling.mode === 'nearest') return unary(p, 'Round', exact);
  return sampling.mode === 'cubic' || sampling.padding === 'zeros'
    ? exact
    : inside(p, exact, extent, sampling);
}

function edgesOf(extent: number, { isAligned }: Sampling): readonly [number, number] {
  return isAligned ? [0, extent - 1] : [-0.5, extent - 0.5];
}

/** On the border, or back and forth between the edges. */
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
  if (mode === 'nearest') return [withinPicture(p, { position: x }, extent, sampling)];
  const first = unary(p, 'Floor', x);
  const ratio = binary(p, 'Sub', x, first);
  const weights = mode === 'linear' ? triangle(p, ratio) : cubic(p, ratio);
  return weights.map((weight, index) => {
    const offset = index - (mode === 'linear' ? 0 : 1);
    const position = offset === 0 ? first : withNumber(p, 'Add', first, offset);
    return withinPicture(p, { position, weight }, extent, sampling);
  });
}

/** An element beyond the edge is none, or another one. */
function withinPicture(p: Planner, tap: Tap, extent: number, sampling: Sampling): Tap {
  const { position, weight } = tap;
  const moved = sampling.padding === 'reflection' ? inside(p, position, extent, sampling) : position;
  const clipped = unary(p, 'Clip', moved, { low: 0, high: extent - 1 });
  if (sampling.padding !== 'zeros') return { position: clipped, weight };
  const isInside = binary(p, 'Equal', position, clipped);
  const one = weight ?? scalar(p, position, 1);
  return { position: clipped, weight: where(p, isInside, one, scalar(p, position, 0)) };
}

function triangle(p: Planner, ratio: Operand): readonly Operand[] {
  return [binary(p, 'Sub', scalar(p, ratio, 1), ratio), ratio];
}

/** Of the one before, both neighbours and the one behind: Keys (1981), see `interpolation.ts`, with a = -0.75. */
function cubic(p: Planner, ratio: Operand): readonly Operand[] {
  const a = -0.75;
  const other = binary(p, 'Sub', scalar(p, ratio, 1), ratio);
  const near = (d: Operand) => polynomial(p, d, [1, 0, -(a + 3), a + 2]);
  const far = (d: Operand) => polynomial(p, withNumber(p, 'Add', d, 1), [-4 * a, 8 * a, -5 * a, a]);
  return [far(ratio), near(ratio), near(other), far(other)];
}

/** @param factors of the powers, from the zeroth on */
function polynomial(p: Planner, x: Operand, factors: readonly number[]): Operand {
  const [highest = 0, ...lower] = factors.toReversed();
  const [next = 0, ...rest] = lower;
  const start = withNumber(p, 'Add', withNumber(p, 'Mul', x, highest), next);
  return rest.reduce((sum, factor) => {
    const raised = binary(p, 'Mul', sum, x);
    return factor === 0 ? raised : withNumber(p, 'Add', raised, factor);
  }, start);
}

/** Of each position the sum of its coordinates times the columns of theta, whose last one is added as it is. */
const affineGrid: Canonicaliser = (node, p) => {
  const [, , ...extents] = p.numbers(inputOf(node, 1));
  const theta = p.plain(inputOf(node, 0));
  const [batch = 1, rows = 1] = theta.shape;
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

/** In each bin of each region so many samples along each axis, of which the mean or the largest is taken. */
const regions: Canonicaliser = (node, p) => {
  const [, channels = 1, height = 1, width = 1] = p.shape(inputOf(node, 0));
  const samples = integer(node, 'sampling_ratio', 0);
  if (samples < 1)
    refuse('sampling_ratio 0 is not supported: the number of samples would depend on the regions');
  const rois = p.plain(inputOf(node, 1));
  const [count = 0] = rois.shape;
  const isHalf =
    p.graph.opset >= 16 && text(node, 'coordinate_transformation_mode', 'half_pixel') === 'half_pixel';
  const scaled = withNumber(p, 'Mul', rois, number(node, 'spatial_scale', 1));
  const corners = isHalf ? withNumber(p, 'Sub', scaled, 0.5) : scaled;
  const bins = [integer(node, 'output_height', 1), integer(node, 'output_width', 1)] as const;
  const along = (axis: 0 | 1, extent: number) => {
    const start = sliceAxis(p, corners, 1, 1 - axis, 2 - axis);
    const length = binary(p, 'Sub', sliceAxis(p, corners, 1, 3 - axis, 4 - axis), start);
    // Regions that have no extent have one element's.
    const held = isHalf ? length : unary(p, 'Clip', length, { low: 1, high: null });
    const total = bins[axis] * samples;
    const shares = Array.from({ length: total }, (_, sample) => (sample + 0.5) / total);
    const positions = binary(
      p,
      'Add',
      start,
      binary(p, 'Mul', held, p.literal(rois.type, [1, total], shares)),
    );
    const shape = axis === 0 ? [count, total, 1] : [count, 1, total];
    return regionTaps(p, reshape(p, positions, shape), extent);
  };
  const indices = cast(p, p.plain(inputOf(node, 2)), p.held('int64'));
  const pictures = withNumber(p, 'Mul', reshape(p, indices, [count, 1, 1]), height * width);
  const places = placesOf(p, pictures, [height, width], [along(0, height), along(1, width)]);
  const seen = seenAt(p, flattened(p, inputOf(node, 0)), places);
  const isMean = text(node, 'mode', 'avg') === 'avg';
  const values = seen.reduce((a, b) => binary(p, isMean ? 'Add' : 'Max', a, b));
  const kind = isMean ? 'ReduceMean' : 'ReduceMax';
  const columns = bins[1] * samples;
  const byRow = reshape(p, values, [count, bins[0], samples, columns, channels]);
  const rows = reduce(p, kind, byRow, [2], false);
  const byColumn = reshape(p, rows, [count, bins[0], bins[1], samples, channels]);
  const result = reduce(p, kind, byColumn, [3], false);
  p.define(outputOf(node), result, pictureAxes('last', 4));
};

/** More than one element outside there is nothing; up to there, what is on the border. */
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
  return [first, next].map((each, index) => ({
    position: each,
    weight: where(p, isInside, weights[index] ?? held, scalar(p, held, 0)),
  }));
}

export const sampling: Canonicalisers = { GridSample: gridSample, AffineGrid: affineGrid, RoiAlign: regions };
