/**
 * Maxima of windows with their positions in the whole flattened tensor, as MaxPool's second output gives them. Frameworks
 * number them otherwise or not at all, so they are found by comparing the windows' elements, one after the other: of
 * equal ones the first wins. In ONNX's order of axes.
 */
import { elementCount, type JsonNumber } from '../../../model/graph.js';
import { filled, leastOf, offsetsOf, shifted } from '../decompositions/shifts.js';
import { binary, where } from '../operations/emitter.js';
import type { Operand, Operations } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';

interface Peaks {
  readonly peaks: Operand;
  readonly positions: Operand;
}

/** @param isColumnMajor numbers the spatial positions with the first axis running fastest */
export function peakPositions(
  p: Planner,
  x: Operand,
  window: Operations['MaxPool'],
  output: readonly number[],
  isColumnMajor: boolean,
): Peaks {
  const { kernel, strides, dilations, pads } = window;
  const spatial = kernel.map((_, axis) => axis + 2);
  const input = x.shape.slice(2);
  const places = output.slice(2);
  const offsets = offsetsOf(kernel);
  if (offsets.length > mostOffsets)
    refuse(`positions of the maxima in windows of ${offsets.length} elements are not supported`);
  const padded = filled(p, x, [[0, 0], [0, 0], ...pads], leastOf(x.type));
  const steps = stepsOf(input, isColumnMajor);
  const found = Array.from({ length: elementCount(places) }, () => false);
  let best: Peaks | undefined;
  for (const offset of offsets) {
    const seen = places.map((count, axis) =>
      Array.from({ length: count }, (_, place) => {
        const before = pads[axis]?.[0] ?? 0;
        return place * (strides[axis] ?? 1) - before + (offset[axis] ?? 0) * (dilations[axis] ?? 1);
      }),
    );
    const sources = everyPlace(seen, input, steps);
    const shape = [1, 1, ...places];
    const peaks = shifted(p, padded, { axes: spatial, strides, dilations, places }, offset);
    const positions = p.literal(
      p.held('int64'),
      shape,
      sources.map((each) => each ?? 0),
    );
    const firsts = sources.map((each, index) => each !== undefined && !found[index]);
    sources.forEach((each, index) => {
      if (each !== undefined) found[index] = true;
    });
    best = best ? better(p, best, { peaks, positions }, firsts, shape) : { peaks, positions };
  }
  if (!best || found.includes(false))
    refuse('positions of the maxima are not supported where a window covers padding only');
  return { peaks: best.peaks, positions: inWhole(p, best.positions, output, elementCount(input)) };
}

const mostOffsets = 256;

/** @param firsts places whose window had no element before this one */
function better(
  p: Planner,
  best: Peaks,
  next: Peaks,
  firsts: readonly boolean[],
  shape: readonly number[],
): Peaks {
  const greater = binary(p, 'Greater', next.peaks, best.peaks);
  const isBetter = firsts.includes(true)
    ? binary(p, 'Or', greater, p.literal(p.held('bool'), shape, firsts.map(Number)))
    : greater;
  return {
    peaks: where(p, isBetter, next.peaks, best.peaks),
    positions: where(p, isBetter, next.positions, best.positions),
  };
}

/** Counted from the first element of the first channel of the first picture. */
function inWhole(p: Planner, positions: Operand, output: readonly number[], step: number): Operand {
  const [batch = 1, channels = 1] = output;
  const shape = [batch, channels, ...output.slice(2).map(() => 1)];
  const starts = Array.from({ length: batch * channels }, (_, index): JsonNumber => index * step);
  return binary(p, 'Add', positions, p.literal(positions.type, shape, starts));
}

function stepsOf(input: readonly number[], isColumnMajor: boolean): readonly number[] {
  return input.map((_, axis) => elementCount(isColumnMajor ? input.slice(0, axis) : input.slice(axis + 1)));
}

/** Row-major over the places: the position of the element that is seen there, undefined in the pads. */
function everyPlace(
  seen: readonly (readonly number[])[],
  input: readonly number[],
  steps: readonly number[],
): readonly (number | undefined)[] {
  return seen.reduce<readonly (number | undefined)[]>(
    (sums, places, axis) =>
      sums.flatMap((sum) =>
        places.map((place) =>
          sum === undefined || place < 0 || place >= (input[axis] ?? 1)
            ? undefined
            : sum + place * (steps[axis] ?? 1),
        ),
      ),
    [0],
  );
}
