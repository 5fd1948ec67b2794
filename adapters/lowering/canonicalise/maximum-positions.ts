/**
 * Maxima of windows with their positions in the flattened tensor, MaxPool's second output. Frameworks number them
 * differently or not at all, so they are found by comparing the elements of the windows one after the other; the first of
 * equal ones wins. Axes are in ONNX's order.
 */
import { at, leading } from '../../../common/at.js';
import { elementCount, type JsonNumber } from '../../../model/graph.js';
import { filled, lowestOf, offsetsOf, shifted } from '../decompositions/shifts.js';
import { binary, where } from '../operations/emitter.js';
import type { Operand, Operations } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';

interface Maxima {
  readonly maxima: Operand;
  readonly positions: Operand;
}

/** @param isColumnMajor numbers the spatial positions with the first axis running fastest */
export function maximumPositions(
  p: Planner,
  x: Operand,
  window: Operations['MaxPool'],
  output: readonly number[],
  isColumnMajor: boolean,
): Maxima {
  const { kernel, strides, dilations, pads } = window;
  const spatial = kernel.map((_, axis) => axis + 2);
  const input = x.shape.slice(2);
  const places = output.slice(2);
  const offsets = offsetsOf(kernel);
  if (offsets.length > maxOffsets)
    refuse(`positions of the maxima in windows of ${offsets.length} elements are not supported`);
  const padded = filled(p, x, [[0, 0], [0, 0], ...pads], lowestOf(x.type));
  const steps = stepsOf(input, isColumnMajor);
  const found = Array.from({ length: elementCount(places) }, () => false);
  let best: Maxima | undefined;
  for (const offset of offsets) {
    const seen = places.map((count, axis) =>
      Array.from({ length: count }, (_, place) => {
        const [before] = at(pads, axis);
        return place * at(strides, axis) - before + at(offset, axis) * at(dilations, axis);
      }),
    );
    const sources = everyPlace(seen, input, steps);
    const shape = [1, 1, ...places];
    const maxima = shifted(p, padded, { axes: spatial, strides, dilations, places }, offset);
    const positions = p.literal(
      p.held('int64'),
      shape,
      // A position in the padding is never taken, so it may be any.
      sources.map((each) => each ?? 0),
    );
    const firsts = sources.map((each, index) => each !== undefined && !found[index]);
    sources.forEach((each, index) => {
      if (each !== undefined) found[index] = true;
    });
    best = best ? better(p, best, { maxima, positions }, firsts, shape) : { maxima, positions };
  }
  if (!best || found.includes(false))
    refuse('positions of the maxima are not supported where a window covers padding only');
  return { maxima: best.maxima, positions: inWhole(p, best.positions, output, elementCount(input)) };
}

/** Elements of a window; with more the plan would be too long. */
const maxOffsets = 256;

/** @param firsts whether this is the first element of each window */
function better(
  p: Planner,
  best: Maxima,
  next: Maxima,
  firsts: readonly boolean[],
  shape: readonly number[],
): Maxima {
  const greater = binary(p, 'Greater', next.maxima, best.maxima);
  const isBetter = firsts.includes(true)
    ? binary(p, 'Or', greater, p.literal(p.held('bool'), shape, firsts.map(Number)))
    : greater;
  return {
    maxima: where(p, isBetter, next.maxima, best.maxima),
    positions: where(p, isBetter, next.positions, best.positions),
  };
}

/** Positions within a channel as positions in the whole tensor. */
function inWhole(p: Planner, positions: Operand, output: readonly number[], step: number): Operand {
  const [batch, channels] = leading(output, 2);
  const shape = [batch, channels, ...output.slice(2).map(() => 1)];
  const starts = Array.from({ length: batch * channels }, (_, index): JsonNumber => index * step);
  return binary(p, 'Add', positions, p.literal(positions.type, shape, starts));
}

function stepsOf(input: readonly number[], isColumnMajor: boolean): readonly number[] {
  return input.map((_, axis) => elementCount(isColumnMajor ? input.slice(0, axis) : input.slice(axis + 1)));
}

/** Row-major over the places: the position of the element there; undefined in the padding. */
function everyPlace(
  seen: readonly (readonly number[])[],
  input: readonly number[],
  steps: readonly number[],
): readonly (number | undefined)[] {
  return seen.reduce<readonly (number | undefined)[]>(
    (sums, places, axis) =>
      sums.flatMap((sum) =>
        places.map((place) =>
          sum === undefined || place < 0 || place >= at(input, axis)
            ? undefined
            : sum + place * at(steps, axis),
        ),
      ),
    [0],
  );
}
