/** Convolutions and poolings over one to three spatial axes, and global poolings. */
import { at } from '../../../common/at.js';
import { elementCount } from '../../../model/graph.js';
import {
  type GraphNode,
  integer,
  integers,
  number,
  optionalInput,
  optionalOutput,
  requiredIntegers,
  text,
} from '../attributes.js';
import { binary, one, optional, pad, reduce, unary, withNumber } from '../operations/emitter.js';
import { filterAxes, imageAxes, spatialAxes } from '../operations/layout.js';
import type { Operand, Pads, PerAxis } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import { type Canonicaliser, type Canonicalisers, inputOf, isRead, outputOf } from './canonicaliser.js';
import { maximumPositions } from './maximum-positions.js';

/** The window of a node. What `ceil_mode` adds at the ends is `beyond`, apart from the pads, as it never counts in an average. */
export interface NodeWindow {
  readonly kernel: PerAxis;
  readonly strides: PerAxis;
  readonly dilations: PerAxis;
  readonly pads: Pads;
  readonly beyond: PerAxis;
}

/** @param kernel of the filters, or the node's kernel_shape */
export function windowOf(node: GraphNode, p: Planner, kernel: PerAxis): NodeWindow {
  if (kernel.length < 1 || kernel.length > 3) refuse(`${kernel.length} spatial axes are not supported`);
  const input = p.shape(inputOf(node, 0)).slice(2);
  const positions = p.shape(outputOf(node)).slice(2);
  if (input.length !== kernel.length)
    refuse(`kernel_shape has ${kernel.length} axes, the input has ${input.length}`);
  const strides = integers(node, 'strides', perAxis(kernel, 1));
  const dilations = integers(node, 'dilations', perAxis(kernel, 1));
  /** Length from the first element of the first window to the last element of the last. */
  const reach = kernel.map(
    (extent, axis) => (at(positions, axis) - 1) * at(strides, axis) + (extent - 1) * at(dilations, axis) + 1,
  );
  const pads = padsOf(node, input, reach);
  const beyond = reach.map((length, axis) => {
    const [before, behind] = at(pads, axis);
    return Math.max(0, length - at(input, axis) - before - behind);
  });
  return { kernel, strides, dilations, pads, beyond };
}

function perAxis(like: PerAxis, value: number): PerAxis {
  return like.map(() => value);
}

/** Pads of the node, `auto_pad` resolved. */
function padsOf(node: GraphNode, input: PerAxis, reach: PerAxis): Pads {
  const given = integers(node, 'pads', perAxis([...input, ...input], 0));
  const automatic = text(node, 'auto_pad', 'NOTSET');
  return input.map((extent, axis): readonly [number, number] => {
    if (automatic === 'VALID') return [0, 0];
    if (!automatic.startsWith('SAME')) {
      const pads = [at(given, axis), at(given, axis + input.length)] as const;
      return pads.some((each) => each < 0) ? refuse('negative pads are not supported') : pads;
    }
    return halves(Math.max(0, at(reach, axis) - extent), automatic === 'SAME_UPPER');
  });
}

/** An odd total has the larger half at the end, or at the start. */
function halves(total: number, isUpper: boolean): readonly [number, number] {
  const [smaller, larger] = [Math.floor(total / 2), Math.ceil(total / 2)];
  return isUpper ? [smaller, larger] : [larger, smaller];
}

/** Pads including what `ceil_mode` adds. */
function wholePads({ pads, beyond }: NodeWindow): Pads {
  return pads.map(([before, behind], axis) => [before, behind + at(beyond, axis)]);
}

interface Image {
  readonly x: Operand;
  /** ONNX axis at each native position of x and of the result. */
  readonly axes: readonly number[];
  /** Native shape of the result. */
  readonly shape: readonly number[];
}

function imageOf(node: GraphNode, p: Planner): Image {
  const output = p.shape(outputOf(node));
  const axes = imageAxes(p.capabilities.channels, output.length);
  return { x: p.arranged(inputOf(node, 0), axes), axes, shape: axes.map((axis) => at(output, axis)) };
}

const convolution: Canonicaliser = (node, p) => {
  const filters = p.shape(inputOf(node, 1));
  const { strides, dilations, pads, beyond } = windowOf(node, p, filters.slice(2));
  if (beyond.some((each) => each > 0))
    refuse('an output larger than kernel, strides and pads give is not supported');
  const { x, axes, shape } = imageOf(node, p);
  const settings = { strides, dilations, pads, group: integer(node, 'group', 1) };
  const operands = [x, ...filtersOf(node, p, filters.length)] as const;
  p.define(outputOf(node), one(p, 'Conv', settings, operands, { type: x.type, shape }), axes);
};

/** Filters, which are rearranged at load if they are constant, and an optional bias. */
function filtersOf(node: GraphNode, p: Planner, rank: number) {
  const filters = p.arranged(inputOf(node, 1), filterAxes(p.capabilities.channels, rank));
  const bias = optionalInput(node, 2);
  return [filters, ...optional(bias === undefined ? undefined : p.plain(bias))] as const;
}

/** With `output_shape` or `auto_pad` SAME the pads follow from the shape of the output; negative ones become output padding. */
const transposedConvolution: Canonicaliser = (node, p) => {
  const filters = p.shape(inputOf(node, 1));
  const kernel = filters.slice(2);
  if (kernel.length < 1 || kernel.length > 3) refuse(`${kernel.length} spatial axes are not supported`);
  const input = p.shape(inputOf(node, 0)).slice(2);
  const strides = integers(node, 'strides', perAxis(kernel, 1));
  const dilations = integers(node, 'dilations', perAxis(kernel, 1));
  const longer = integers(node, 'output_padding', perAxis(kernel, 0));
  const automatic = text(node, 'auto_pad', 'NOTSET');
  const isGiven = integers(node, 'output_shape', []).length > 0 || automatic.startsWith('SAME');
  const uncut = kernel.map(
    (extent, axis) => (at(input, axis) - 1) * at(strides, axis) + (extent - 1) * at(dilations, axis) + 1,
  );
  const wanted = p.shape(outputOf(node)).slice(2);
  const excess = uncut.map((length, axis) => length + at(longer, axis) - at(wanted, axis));
  const pads = isGiven
    ? excess.map((total) => halves(Math.max(0, total), automatic === 'SAME_UPPER'))
    : padsOf(node, input, input);
  const outputPadding = longer.map((own, axis) => {
    const [before, behind] = at(pads, axis);
    return isGiven
      ? own + Math.max(0, -at(excess, axis))
      : before + behind === excess[axis]
        ? own
        : refuse('an output of another size than kernel, strides and pads give is not supported');
  });
  const { x, axes, shape } = imageOf(node, p);
  const settings = { strides, dilations, pads, outputPadding, group: integer(node, 'group', 1) };
  const operands = [x, ...filtersOf(node, p, filters.length)] as const;
  p.define(outputOf(node), one(p, 'ConvTranspose', settings, operands, { type: x.type, shape }), axes);
};

function poolWindow(node: GraphNode, p: Planner): NodeWindow {
  return windowOf(node, p, requiredIntegers(node, 'kernel_shape'));
}

const maxPool: Canonicaliser = (node, p) => {
  const window = poolWindow(node, p);
  const { kernel, strides, dilations } = window;
  const pads = wholePads(window);
  const positions = optionalOutput(node, 1);
  if (isRead(p, positions)) {
    const isColumnMajor = integer(node, 'storage_order', 0) !== 0;
    const x = p.plain(inputOf(node, 0));
    const found = maximumPositions(
      p,
      x,
      { kernel, strides, dilations, pads },
      p.shape(positions),
      isColumnMajor,
    );
    p.define(outputOf(node), found.maxima);
    p.define(positions, found.positions);
    return;
  }
  const { x, axes, shape } = imageOf(node, p);
  const result = { type: x.type, shape };
  p.define(outputOf(node), one(p, 'MaxPool', { kernel, strides, dilations, pads }, [x], result), axes);
};

function averaged(p: Planner, image: Image, window: NodeWindow, countPads: boolean): Operand {
  const { x, shape } = image;
  const { kernel, strides, dilations, pads, beyond } = window;
  const result = { type: x.type, shape };
  if (!countPads || beyond.every((each) => each === 0)) {
    const settings = { kernel, strides, dilations, pads: wholePads(window), countPads };
    return one(p, 'AveragePool', settings, [x], result);
  }
  // Pads that count are applied first, so that the only pads left are those of ceil_mode, which do not count.
  const spatial = spatialAxes(p.capabilities.channels, x.shape.length);
  const around = x.shape.map((_, axis) =>
    spatial.includes(axis) ? at(pads, spatial.indexOf(axis)) : ([0, 0] as const),
  );
  const ends = beyond.map((each): readonly [number, number] => [0, each]);
  const settings = { kernel, strides, dilations, pads: ends, countPads: false };
  return one(p, 'AveragePool', settings, [pad(p, x, around, 0)], result);
}

const averagePool: Canonicaliser = (node, p) => {
  const image = imageOf(node, p);
  const countPads = integer(node, 'count_include_pad', 0) !== 0;
  p.define(outputOf(node), averaged(p, image, poolWindow(node, p), countPads), image.axes);
};

/** Averages of powers times the size of the kernel. Padding is zero, so it may count. */
const lpPool: Canonicaliser = (node, p) => {
  const image = imageOf(node, p);
  const window = poolWindow(node, p);
  const order = number(node, 'p', 2);
  const powers = { ...image, x: powerOf(p, image.x, order) };
  const full = { ...window, pads: wholePads(window), beyond: perAxis(window.kernel, 0) };
  const sums = withNumber(p, 'Mul', averaged(p, powers, full, true), elementCount(window.kernel));
  p.define(outputOf(node), rootOf(p, sums, order), image.axes);
};

/** |x|^order */
export function powerOf(p: Planner, x: Operand, order: number): Operand {
  if (order === 2) return binary(p, 'Mul', x, x);
  const magnitude = unary(p, 'Abs', x);
  return order === 1 ? magnitude : withNumber(p, 'Pow', magnitude, order);
}

export function rootOf(p: Planner, x: Operand, order: number): Operand {
  if (order === 1) return x;
  return order === 2 ? unary(p, 'Sqrt', x) : withNumber(p, 'Pow', x, 1 / order);
}

/** Over the spatial axes, in any layout. */
function overAll(
  compute: (p: Planner, x: Operand, spatial: readonly number[], node: GraphNode) => Operand,
): Canonicaliser {
  return (node, p) => {
    const { operand, axes } = p.value(inputOf(node, 0));
    const spatial = [...axes.keys()].filter((position) => at(axes, position) >= 2);
    p.define(outputOf(node), spatial.length === 0 ? operand : compute(p, operand, spatial, node), axes);
  };
}

export const windows: Canonicalisers = {
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  MaxPool: maxPool,
  AveragePool: averagePool,
  LpPool: lpPool,
  GlobalAveragePool: overAll((p, x, spatial) => reduce(p, 'ReduceMean', x, spatial, true)),
  GlobalMaxPool: overAll((p, x, spatial) => reduce(p, 'ReduceMax', x, spatial, true)),
  GlobalLpPool: overAll((p, x, spatial, node) => {
    const order = number(node, 'p', 2);
    return rootOf(p, reduce(p, 'ReduceSum', powerOf(p, x, order), spatial, true), order);
  }),
};
