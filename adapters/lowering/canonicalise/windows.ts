/** Convolutions and poolings over one to three spatial axes; poolings over whole pictures. */
import { elementCount } from '../../../model/graph.js';
import { type GraphNode, integer, integers, decimal as number, optionalInput, text } from '../attributes.js';
import { binary, one, pad, reduce, unary, withNumber } from '../operations/emitter.js';
import { filterAxes, pictureAxes, spatialAxes } from '../operations/layout.js';
import type { Operand, Pads, PerAxis } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import { type Canonicaliser, type Canonicalisers, inputOf, isRead, outputOf } from './canonicaliser.js';
import { peakPositions } from './peak-positions.js';

/** A window as the node has it; what `ceil_mode` adds at the ends stands apart, since it counts for no average. */
export interface NodeWindow {
  readonly kernel: PerAxis;
  readonly strides: PerAxis;
  readonly dilations: PerAxis;
  readonly pads: Pads;
  readonly beyond: PerAxis;
}

/** @param kernel of the filters, or of the node */
export function windowOf(node: GraphNode, p: Planner, kernel: PerAxis): NodeWindow {
  if (kernel.length < 1 || kernel.length > 3) refuse(`${kernel.length} spatial axes are not supported`);
  const input = p.shape(inputOf(node, 0)).slice(2);
  const positions = p.shape(outputOf(node)).slice(2);
  if (input.length !== kernel.length)
    refuse(`kernel_shape has ${kernel.length} axes, the input has ${input.length}`);
  const strides = integers(node, 'strides', perAxis(kernel, 1));
  const dilations = integers(node, 'dilations', perAxis(kernel, 1));
  /** From the first element of the first window to behind the last of the last. */
  const reach = kernel.map(
    (extent, axis) =>
      ((positions[axis] ?? 1) - 1) * (strides[axis] ?? 1) + (extent - 1) * (dilations[axis] ?? 1) + 1,
  );
  const pads = padsOf(node, input, reach);
  const beyond = reach.map((length, axis) => {
    const [before = 0, behind = 0] = pads[axis] ?? [];
    return Math.max(0, length - (input[axis] ?? 1) - before - behind);
  });
  return { kernel, strides, dilations, pads, beyond };
}

function perAxis(like: PerAxis, value: number): PerAxis {
  return like.map(() => value);
}

/** `auto_pad` by the canonicalisers of the ONNX operators. */
function padsOf(node: GraphNode, input: PerAxis, reach: PerAxis): Pads {
  const given = integers(node, 'pads', perAxis([...input, ...input], 0));
  const automatic = text(node, 'auto_pad', 'NOTSET');
  return input.map((extent, axis): readonly [number, number] => {
    if (automatic === 'VALID') return [0, 0];
    if (!automatic.startsWith('SAME')) {
      const pads = [given[axis] ?? 0, given[axis + input.length] ?? 0] as const;
      return pads.some((each) => each < 0) ? refuse('negative pads are not supported') : pads;
    }
    return halves(Math.max(0, (reach[axis] ?? 1) - extent), automatic === 'SAME_UPPER');
  });
}

/** The odd one at the end, or at the start. */
function halves(total: number, isUpper: boolean): readonly [number, number] {
  const [less, more] = [Math.floor(total / 2), Math.ceil(total / 2)];
  return isUpper ? [less, more] : [more, less];
}

/** With what `ceil_mode` adds among the pads. */
function wholePads({ pads, beyond }: NodeWindow): Pads {
  return pads.map(([before, behind], axis) => [before, behind + (beyond[axis] ?? 0)]);
}

interface Picture {
  readonly x: Operand;
  /** ONNX axis at each native position, of the result too. */
  readonly axes: readonly number[];
  /** Native shape of the result. */
  readonly shape: readonly number[];
}

function pictureOf(node: GraphNode, p: Planner): Picture {
  const output = p.shape(outputOf(node));
  const axes = pictureAxes(p.capabilities.channels, output.length);
  return { x: p.arranged(inputOf(node, 0), axes), axes, shape: axes.map((axis) => output[axis] ?? 1) };
}

const convolution: Canonicaliser = (node, p) => {
  const filters = p.shape(inputOf(node, 1));
  const { strides, dilations, pads, beyond } = windowOf(node, p, filters.slice(2));
  if (beyond.some((each) => each > 0)) refuse('the output is larger than kernel, strides and pads give');
  const { x, axes, shape } = pictureOf(node, p);
  const settings = { strides, dilations, pads, group: integer(node, 'group', 1) };
  const operands = [x, ...filtersOf(node, p, filters.length)];
  p.define(outputOf(node), one(p, 'Conv', settings, operands, { type: x.type, shape }), axes);
};

/** Filters, turned when they are loaded if they are constant, and biases. */
function filtersOf(node: GraphNode, p: Planner, rank: number): readonly Operand[] {
  const filters = p.arranged(inputOf(node, 1), filterAxes(p.capabilities.channels, rank));
  const biases = optionalInput(node, 2);
  return biases === undefined ? [filters] : [filters, p.plain(biases)];
}

/** Where `auto_pad` or `output_shape` says what comes out, pads follow from it; they cut, and what they cannot is longer. */
const transposedConvolution: Canonicaliser = (node, p) => {
  const filters = p.shape(inputOf(node, 1));
  const kernel = filters.slice(2);
  if (kernel.length < 1 || kernel.length > 3) refuse(`${kernel.length} spatial axes are not supported`);
  const input = p.shape(inputOf(node, 0)).slice(2);
  const strides = integers(node, 'strides', perAxis(kernel, 1));
  const dilations = integers(node, 'dilations', perAxis(kernel, 1));
  const longer = integers(node, 'output_padding', perAxis(kernel, 0));
  const automatic = text(node, 'auto_pad', 'NOTSET');
  const isGiven = integers(node, 'output_shape').length > 0 || automatic.startsWith('SAME');
  const uncut = kernel.map(
    (extent, axis) =>
      ((input[axis] ?? 1) - 1) * (strides[axis] ?? 1) + (extent - 1) * (dilations[axis] ?? 1) + 1,
  );
  const wanted = p.shape(outputOf(node)).slice(2);
  const excess = uncut.map((length, axis) => length + (longer[axis] ?? 0) - (wanted[axis] ?? 1));
  const pads = isGiven
    ? excess.map((total) => halves(Math.max(0, total), automatic === 'SAME_UPPER'))
    : padsOf(node, input, input);
  const outputPadding = longer.map((own, axis) => {
    const [before = 0, behind = 0] = pads[axis] ?? [];
    return isGiven
      ? own + Math.max(0, -(excess[axis] ?? 0))
      : before + behind === excess[axis]
        ? own
        : refuse('the output has another size than kernel, strides and pads give');
  });
  const { x, axes, shape } = pictureOf(node, p);
  const settings = { strides, dilations, pads, outputPadding, group: integer(node, 'group', 1) };
  const operands = [x, ...filtersOf(node, p, filters.length)];
  p.define(outputOf(node), one(p, 'ConvTranspose', settings, operands, { type: x.type, shape }), axes);
};

function poolWindow(node: GraphNode, p: Planner): NodeWindow {
  return windowOf(node, p, integers(node, 'kernel_shape'));
}

const maxPool: Canonicaliser = (node, p) => {
  const window = poolWindow(node, p);
  const { kernel, strides, dilations } = window;
  const pads = wholePads(window);
  const positions = node.outputs[1] ?? '';
  if (isRead(p, positions)) {
    const isColumnMajor = integer(node, 'storage_order', 0) !== 0;
    const x = p.plain(inputOf(node, 0));
    const found = peakPositions(
      p,
      x,
      { kernel, strides, dilations, pads },
      p.shape(positions),
      isColumnMajor,
    );
    p.define(outputOf(node), found.peaks);
    p.define(positions, found.positions);
    return;
  }
  const { x, axes, shape } = pictureOf(node, p);
  const result = { type: x.type, shape };
  p.define(outputOf(node), one(p, 'MaxPool', { kernel, strides, dilations, pads }, [x], result), axes);
};

function averaged(p: Planner, picture: Picture, window: NodeWindow, countPads: boolean): Operand {
  const { x, shape } = picture;
  const { kernel, strides, dilations, pads, beyond } = window;
  const result = { type: x.type, shape };
  if (!countPads || beyond.every((each) => each === 0)) {
    const settings = { kernel, strides, dilations, pads: wholePads(window), countPads };
    return one(p, 'AveragePool', settings, [x], result);
  }
  // Pads that count are put on, so that those of ceil_mode are the only ones and do not count.
  const spatial = spatialAxes(p.capabilities.channels, x.shape.length);
  const around = x.shape.map((_, axis) => pads[spatial.indexOf(axis)] ?? ([0, 0] as const));
  const ends = beyond.map((each): readonly [number, number] => [0, each]);
  const settings = { kernel, strides, dilations, pads: ends, countPads: false };
  return one(p, 'AveragePool', settings, [pad(p, x, around, 0)], result);
}

const averagePool: Canonicaliser = (node, p) => {
  const picture = pictureOf(node, p);
  const countPads = integer(node, 'count_include_pad', 0) !== 0;
  p.define(outputOf(node), averaged(p, picture, poolWindow(node, p), countPads), picture.axes);
};

/** By averages, each times the number of elements. Pads are zeros, so they may count. */
const lpPool: Canonicaliser = (node, p) => {
  const picture = pictureOf(node, p);
  const window = poolWindow(node, p);
  const order = number(node, 'p', 2);
  const powers = { ...picture, x: powerOf(p, picture.x, order) };
  const full = { ...window, pads: wholePads(window), beyond: perAxis(window.kernel, 0) };
  const sums = withNumber(p, 'Mul', averaged(p, powers, full, true), elementCount(window.kernel));
  p.define(outputOf(node), rootOf(p, sums, order), picture.axes);
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

/** Over the spatial axes, wherever they lie. */
function overAll(
  compute: (p: Planner, x: Operand, spatial: readonly number[], node: GraphNode) => Operand,
): Canonicaliser {
  return (node, p) => {
    const { operand, axes } = p.value(inputOf(node, 0));
    const spatial = [...axes.keys()].filter((position) => (axes[position] ?? 0) >= 2);
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
