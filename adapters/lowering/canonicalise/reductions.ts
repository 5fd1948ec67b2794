/** Reductions over axes, positions of extremes, and operators along one axis. */
import { at } from '../../../common/at.js';
import { elementCount } from '../../../model/graph.js';
import { type GraphNode, integer, integers, optionalInput } from '../attributes.js';
import {
  binary,
  cast,
  one,
  pad,
  reduce,
  reducedShape,
  reshape,
  sliceAxis,
  unary,
  withNumber,
} from '../operations/emitter.js';
import type { Operand, Reduction } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import {
  type Canonicaliser,
  type Canonicalisers,
  inputOf,
  isInteger,
  outputOf,
  positive,
} from './canonicaliser.js';

type Reduce = (p: Planner, x: Operand, axes: readonly number[], keepdims: boolean) => Operand;

function reduction(
  compute: Reduce,
  unreduced: (p: Planner, x: Operand) => Operand = (_, x) => x,
): Canonicaliser {
  return (node, p) => {
    const name = inputOf(node, 0);
    const { operand, axes: layout } = p.value(name);
    const over = axesOf(node, p, layout.length);
    const keepdims = integer(node, 'keepdims', 1) !== 0;
    const result =
      over.length === 0
        ? unreduced(p, operand)
        : compute(
            p,
            operand,
            over.map((axis) => layout.indexOf(axis)).sort((a, b) => a - b),
            keepdims,
          );
    p.define(outputOf(node), result, keepdims || over.length === 0 ? layout : without(layout, over));
  };
}

/** ONNX axes: an attribute in older operator sets, an input in newer ones. None means all, unless noop_with_empty_axes. */
function axesOf(node: GraphNode, p: Planner, rank: number): readonly number[] {
  const input = optionalInput(node, 1);
  const given = input === undefined ? integers(node, 'axes', []) : p.numbers(input);
  if (given.length > 0) return given.map((axis) => positive(axis, rank));
  if (integer(node, 'noop_with_empty_axes', 0) !== 0) return [];
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** A layout without some of its axes, the others renumbered. */
function without(layout: readonly number[], gone: readonly number[]): readonly number[] {
  return layout
    .filter((axis) => !gone.includes(axis))
    .map((axis) => axis - gone.filter((each) => each < axis).length);
}

function plain(kind: Reduction): Reduce {
  return (p, x, axes, keepdims) => reduce(p, kind, x, axes, keepdims);
}

/** Booleans are reduced as integers, as most frameworks have no extremes of booleans; none of them to the neutral one. */
function extreme(kind: 'ReduceMax' | 'ReduceMin'): Reduce {
  return (p, x, axes, keepdims) => {
    if (x.type !== 'bool') return reduce(p, kind, x, axes, keepdims);
    if (x.shape.includes(0)) {
      const shape = reducedShape(x.shape, axes, keepdims);
      return p.literal(x.type, shape, Array(elementCount(shape)).fill(Number(kind === 'ReduceMin')));
    }
    return withNumber(p, 'Greater', reduce(p, kind, cast(p, x, p.held('int32')), axes, keepdims), 0);
  };
}

const sumOf = (prepare: (p: Planner, x: Operand) => Operand): Reduce => {
  return (p, x, axes, keepdims) => reduce(p, 'ReduceSum', prepare(p, x), axes, keepdims);
};
const square = (p: Planner, x: Operand) => binary(p, 'Mul', x, x);
const magnitude = (p: Planner, x: Operand) => unary(p, 'Abs', x);

/** The root of integers is computed in float32. */
function root(p: Planner, x: Operand): Operand {
  return isInteger(x.type)
    ? cast(p, unary(p, 'Sqrt', cast(p, x, p.held('float32'))), x.type)
    : unary(p, 'Sqrt', x);
}

function extremePosition(kind: 'ArgMax' | 'ArgMin'): Canonicaliser {
  return (node, p) => {
    const { operand, axes: layout } = p.value(inputOf(node, 0));
    const onnxAxis = positive(integer(node, 'axis', 0), layout.length);
    const axis = layout.indexOf(onnxAxis);
    const keepdims = integer(node, 'keepdims', 1) !== 0;
    const isLast = integer(node, 'select_last_index', 0) !== 0;
    const searched = isLast ? unary(p, 'Reverse', operand, { axes: [axis] }) : operand;
    const shape = reducedShape(operand.shape, [axis], keepdims);
    const found = one(p, kind, { axis, keepdims }, [searched], { type: p.held('int64'), shape });
    const last = p.literal(found.type, [], [at(operand.shape, axis) - 1]);
    const position = isLast ? binary(p, 'Sub', last, found) : found;
    p.define(outputOf(node), position, keepdims ? layout : without(layout, [onnxAxis]));
  };
}

/** Before operator set 13 all axes from `axis` on are one; since then it is that axis alone. */
function softmax(compute: (p: Planner, x: Operand, axis: number) => Operand): Canonicaliser {
  return (node, p) => {
    const name = inputOf(node, 0);
    const shape = p.shape(name);
    const isCoerced = p.graph.opset < 13;
    const axis = positive(integer(node, 'axis', isCoerced ? 1 : -1), shape.length);
    if (!isCoerced || axis === shape.length - 1) {
      const { operand, axes } = p.value(name);
      p.define(outputOf(node), compute(p, operand, axes.indexOf(axis)), axes);
      return;
    }
    const rows = shape.slice(0, axis).reduce((product, extent) => product * extent, 1);
    const columns = shape.slice(axis).reduce((product, extent) => product * extent, 1);
    const flat = reshape(p, p.plain(name), [rows, columns]);
    p.define(outputOf(node), reshape(p, compute(p, flat, 1), shape));
  };
}

/** 1 at the first maximum, 0 elsewhere. */
function hardmax(p: Planner, x: Operand, axis: number): Operand {
  const shape = reducedShape(x.shape, [axis], true);
  const position = one(p, 'ArgMax', { axis, keepdims: true }, [x], { type: p.held('int64'), shape });
  const extent = at(x.shape, axis);
  const positions = p.literal(
    position.type,
    x.shape.map((_, each) => (each === axis ? extent : 1)),
    Array.from({ length: extent }, (_, index) => index),
  );
  return cast(p, binary(p, 'Equal', positions, position), x.type);
}

const cumulative: Canonicaliser = (node, p) => {
  const { operand, axes } = p.value(inputOf(node, 0));
  const given = at(p.numbers(inputOf(node, 1)), 0);
  const settings = {
    axis: axes.indexOf(positive(given, axes.length)),
    exclusive: integer(node, 'exclusive', 0) !== 0,
    reverse: integer(node, 'reverse', 0) !== 0,
  };
  p.define(outputOf(node), unary(p, 'CumSum', operand, settings), axes);
};

/** In log2(extent) steps: W. D. Hillis, G. L. Steele, "Data parallel algorithms" (1986). */
const cumulativeProduct: Canonicaliser = (node, p) => {
  const { operand, axes } = p.value(inputOf(node, 0));
  const given = at(p.numbers(inputOf(node, 1)), 0);
  const axis = axes.indexOf(positive(given, axes.length));
  const isBackward = integer(node, 'reverse', 0) !== 0;
  const extent = at(operand.shape, axis);
  /** Shifted by `by` positions, filled with ones. */
  const shifted = (x: Operand, by: number) => {
    const kept = isBackward ? sliceAxis(p, x, axis, by, extent) : sliceAxis(p, x, axis, 0, extent - by);
    const sides = isBackward ? ([0, by] as const) : ([by, 0] as const);
    return pad(
      p,
      kept,
      x.shape.map((_, each) => (each === axis ? sides : ([0, 0] as const))),
      1,
    );
  };
  let product = integer(node, 'exclusive', 0) === 0 ? operand : shifted(operand, 1);
  for (let by = 1; by < extent; by *= 2) product = binary(p, 'Mul', product, shifted(product, by));
  p.define(outputOf(node), p.wrapped(product, p.type(outputOf(node))), axes);
};

export const reductions: Canonicalisers = {
  ReduceSum: reduction(plain('ReduceSum')),
  ReduceMean: reduction(plain('ReduceMean')),
  ReduceProd: reduction(plain('ReduceProd')),
  ReduceMax: reduction(extreme('ReduceMax')),
  ReduceMin: reduction(extreme('ReduceMin')),
  ReduceL1: reduction(sumOf(magnitude), magnitude),
  ReduceL2: reduction(
    (p, x, axes, keepdims) => root(p, sumOf(square)(p, x, axes, keepdims)),
    (p, x) => root(p, square(p, x)),
  ),
  ReduceSumSquare: reduction(sumOf(square), square),
  ReduceLogSum: reduction(
    (p, x, axes, keepdims) => unary(p, 'Log', reduce(p, 'ReduceSum', x, axes, keepdims)),
    (p, x) => unary(p, 'Log', x),
  ),
  ReduceLogSumExp: reduction(plain('ReduceLogSumExp')),
  ArgMax: extremePosition('ArgMax'),
  ArgMin: extremePosition('ArgMin'),
  CumSum: cumulative,
  CumProd: cumulativeProduct,
  Softmax: softmax((p, x, axis) => unary(p, 'Softmax', x, { axis })),
  LogSoftmax: softmax((p, x, axis) => unary(p, 'LogSoftmax', x, { axis })),
  Hardmax: softmax(hardmax),
  MeanVarianceNormalization: (node, p) => {
    const { operand, axes: layout } = p.value(inputOf(node, 0));
    const over = integers(node, 'axes', [0, 2, 3]).map((axis) =>
      layout.indexOf(positive(axis, layout.length)),
    );
    const centred = binary(p, 'Sub', operand, reduce(p, 'ReduceMean', operand, over, true));
    const variance = reduce(p, 'ReduceMean', square(p, centred), over, true);
    // The epsilon of ONNX's function body.
    const deviation = withNumber(p, 'Add', unary(p, 'Sqrt', variance), 1e-9);
    p.define(outputOf(node), binary(p, 'Div', centred, deviation), layout);
  },
};
