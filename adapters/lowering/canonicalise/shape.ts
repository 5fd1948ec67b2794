/** Operators that move elements and compute nothing. */
import { at, leading } from '../../../common/at.js';
import {
  type GraphNode,
  integer,
  integers,
  number,
  optionalInput,
  optionalIntegers,
  requiredInteger,
  requiredIntegers,
  text,
} from '../attributes.js';
import { filled } from '../decompositions/shifts.js';
import { sameList } from '../lists.js';
import { concat, expand, one, reshape, slice, split, take, unary } from '../operations/emitter.js';
import type { Operand, Pads } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import {
  type Canonicaliser,
  type Canonicalisers,
  inCommonLayout,
  inputOf,
  outputOf,
  positive,
} from './canonicaliser.js';

/** To the observed shape, whichever input or attribute gives it. */
const toObservedShape: Canonicaliser = (node, p) => {
  const target = p.shape(outputOf(node));
  const { operand, axes } = p.value(inputOf(node, 0));
  const shape = p.shape(inputOf(node, 0));
  const kept = layoutAcross(shape, target, axes);
  if (kept) {
    p.define(
      outputOf(node),
      reshape(
        p,
        operand,
        kept.map((axis) => at(target, axis)),
      ),
      kept,
    );
    return;
  }
  p.define(outputOf(node), reshape(p, p.plain(inputOf(node, 0)), target));
};

/**
 * The layout in which no element moves, where only axes of extent 1 are added or removed; undefined where elements would
 * move, or where the value is in ONNX's order already.
 */
function layoutAcross(
  from: readonly number[],
  to: readonly number[],
  axes: readonly number[],
): readonly number[] | undefined {
  if (axes.every((axis, position) => axis === position)) return undefined;
  const long = (shape: readonly number[]) => shape.flatMap((extent, axis) => (extent === 1 ? [] : [axis]));
  const [before, behind] = [long(from), long(to)];
  if (
    !sameList(
      before.map((axis) => from[axis]),
      behind.map((axis) => to[axis]),
    )
  )
    return undefined;
  const order = axes.filter((axis) => from[axis] !== 1).map((axis) => at(behind, before.indexOf(axis)));
  const short = to.flatMap((extent, axis) => (extent === 1 ? [axis] : []));
  return [...short, ...order];
}

/** Costs nothing here: the axes are renumbered. */
const transposed: Canonicaliser = (node, p) => {
  const { operand, axes } = p.value(inputOf(node, 0));
  const rank = axes.length;
  const perm = integers(
    node,
    'perm',
    Array.from({ length: rank }, (_, axis) => rank - 1 - axis),
  );
  p.define(
    outputOf(node),
    operand,
    axes.map((axis) => perm.indexOf(axis)),
  );
};

const concatenated: Canonicaliser = (node, p) => {
  const { operands, axes } = inCommonLayout(p, node.inputs);
  const axis = positive(integer(node, 'axis', 1), axes.length);
  p.define(outputOf(node), concat(p, operands, axes.indexOf(axis)), axes);
};

const splitUp: Canonicaliser = (node, p) => {
  const { operand, axes } = p.value(inputOf(node, 0));
  const axis = positive(integer(node, 'axis', 0), axes.length);
  const sizes = node.outputs.map((name) => at(p.shape(name), axis));
  const parts = split(p, operand, axes.indexOf(axis), sizes);
  node.outputs.forEach((name, position) => {
    p.define(name, at(parts, position), axes);
  });
};

/** Bounds are attributes before operator set 10 and inputs since. Steps may be negative. */
const sliced: Canonicaliser = (node, p) => {
  const name = inputOf(node, 0);
  const { operand, axes } = p.value(name);
  const shape = p.shape(name);
  const list = (attribute: string, position: number): readonly number[] | undefined => {
    const input = optionalInput(node, position);
    if (input !== undefined) return p.numbers(input);
    return optionalIntegers(node, attribute);
  };
  const starts = list('starts', 1) ?? refuse('starts are required');
  const ends = list('ends', 2) ?? refuse('ends are required');
  const over = list('axes', 3) ?? starts.map((_, position) => position);
  const steps = list('steps', 4) ?? starts.map(() => 1);
  const parts = shape.map((extent) => ({ begin: 0, end: extent, stride: 1, isBackward: false }));
  over.forEach((given, position) => {
    const axis = positive(given, shape.length);
    parts[axis] = partOf(at(shape, axis), at(starts, position), at(ends, position), at(steps, position));
  });
  // A negative step is the same elements forward, then reversed.
  const native = axes.map((axis) => at(parts, axis));
  const forward = slice(
    p,
    operand,
    native.map(({ begin }) => begin),
    native.map(({ end }) => end),
    native.map(({ stride }) => stride),
  );
  const backward = native.flatMap(({ isBackward }, axis) => (isBackward ? [axis] : []));
  p.define(
    outputOf(node),
    backward.length > 0 ? unary(p, 'Reverse', forward, { axes: backward }) : forward,
    axes,
  );
};

/** NumPy's rules for bounds out of range. */
function partOf(extent: number, start: number, end: number, step: number) {
  const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);
  const from = start < 0 ? start + extent : start;
  const to = end < 0 ? end + extent : end;
  if (step > 0) {
    const begin = clamp(from, 0, extent);
    return { begin, end: clamp(to, begin, extent), stride: step, isBackward: false };
  }
  const first = clamp(from, -1, extent - 1);
  const stop = clamp(to, -1, extent - 1);
  const count = Math.max(0, Math.ceil((first - stop) / -step));
  if (count === 0) return { begin: 0, end: 0, stride: 1, isBackward: false };
  const begin = first + (count - 1) * step;
  return { begin, end: first + 1, stride: -step, isBackward: true };
}

const expanded: Canonicaliser = (node, p) => {
  p.define(outputOf(node), expand(p, p.plain(inputOf(node, 0)), p.shape(outputOf(node))));
};

const tiled: Canonicaliser = (node, p) => {
  const { operand, axes } = p.value(inputOf(node, 0));
  const given = p.numbers(inputOf(node, 1));
  const repeats = axes.map((axis) => at(given, axis));
  const shape = operand.shape.map((extent, axis) => extent * at(repeats, axis));
  p.define(outputOf(node), one(p, 'Tile', { repeats }, [operand], { type: operand.type, shape }), axes);
};

/** Pads are attributes before operator set 11 and inputs since; negative ones crop. */
const padded: Canonicaliser = (node, p) => {
  const { operand, axes } = p.value(inputOf(node, 0));
  const rank = axes.length;
  const input = optionalInput(node, 1);
  // Operator set 1 calls them paddings.
  const given =
    input === undefined
      ? (optionalIntegers(node, 'pads') ?? requiredIntegers(node, 'paddings'))
      : p.numbers(input);
  const axesInput = optionalInput(node, 3);
  const over =
    axesInput === undefined
      ? Array.from({ length: given.length / 2 }, (_, axis) => axis)
      : p.numbers(axesInput).map((axis) => positive(axis, rank));
  const pads = axes.map((axis): readonly [number, number] => {
    const position = over.indexOf(axis);
    return position < 0 ? [0, 0] : [at(given, position), at(given, position + over.length)];
  });
  const cropped = slice(
    p,
    operand,
    pads.map(([before]) => Math.max(0, -before)),
    pads.map(([, behind], axis) => at(operand.shape, axis) - Math.max(0, -behind)),
  );
  const grown = pads.map(([before, behind]): readonly [number, number] => [
    Math.max(0, before),
    Math.max(0, behind),
  ]);
  p.define(outputOf(node), extended(node, p, cropped, grown), axes);
};

/** @param pads of every axis, none negative */
function extended(node: GraphNode, p: Planner, x: Operand, pads: Pads): Operand {
  const mode = text(node, 'mode', 'constant');
  if (mode === 'constant') {
    const input = optionalInput(node, 2);
    const value = input === undefined ? number(node, 'value', 0) : at(p.numbers(input), 0);
    return filled(p, x, pads, value);
  }
  const source = sourceOf[mode] ?? refuse(`mode ${mode} is not supported`);
  return pads.reduce((whole, [before, behind], axis) => {
    const extent = at(whole.shape, axis);
    const positions = Array.from({ length: before + extent + behind }, (_, index) =>
      source(index - before, extent),
    );
    return take(p, whole, axis, positions);
  }, x);
}

/** The position inside that an outer position repeats, by mode. */
const sourceOf: Readonly<Record<string, (position: number, extent: number) => number>> = {
  edge: (position, extent) => Math.min(Math.max(position, 0), extent - 1),
  wrap: (position, extent) => ((position % extent) + extent) % extent,
  reflect: (position, extent) => {
    const period = Math.max(1, 2 * (extent - 1));
    const inside = ((position % period) + period) % period;
    return inside < extent ? inside : period - inside;
  },
};

/** [N, C, H, W] with blocks of channels moved into height and width; mode `DCR` or `CRD`. */
const depthToSpace: Canonicaliser = (node, p) => {
  const block = requiredInteger(node, 'blocksize');
  const [n, c, h, w] = leading(p.shape(inputOf(node, 0)), 4);
  const depth = c / (block * block);
  const isDcr = text(node, 'mode', 'DCR') === 'DCR';
  const split = isDcr ? [n, block, block, depth, h, w] : [n, depth, block, block, h, w];
  const perm = isDcr ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3];
  regroup(node, p, split, perm);
};

const spaceToDepth: Canonicaliser = (node, p) => {
  const block = requiredInteger(node, 'blocksize');
  const [n, c, h, w] = leading(p.shape(inputOf(node, 0)), 4);
  const perm = text(node, 'mode', 'DCR') === 'DCR' ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4];
  regroup(node, p, [n, c, h / block, block, w / block, block], perm);
};

function regroup(node: GraphNode, p: Planner, split: readonly number[], perm: readonly number[]): void {
  const parts = reshape(p, p.plain(inputOf(node, 0)), split);
  const shape = perm.map((axis) => at(split, axis));
  const moved = one(p, 'Transpose', { perm }, [parts], { type: parts.type, shape });
  p.define(outputOf(node), reshape(p, moved, p.shape(outputOf(node))));
}

export const shape: Canonicalisers = {
  Reshape: toObservedShape,
  Flatten: toObservedShape,
  Squeeze: toObservedShape,
  Unsqueeze: toObservedShape,
  Transpose: transposed,
  Concat: concatenated,
  Split: splitUp,
  Slice: sliced,
  Expand: expanded,
  Tile: tiled,
  Pad: padded,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};
