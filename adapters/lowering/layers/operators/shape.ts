/**
 * Operators that only rename axes or reshape. Their target shapes are the observed ones, so no constant is read: where
 * several axes have extent 1 it does not matter which of them is meant, since the data is the same.
 */
import { elementCount } from '../../../../model/graph.js';
import { type GraphNode, integer, integers } from '../../attributes.js';
import { refuse } from '../../refusal.js';
import { allAxes, batchAxis, extent, longAxes, nativeShape, sameList, type Value } from '../../value.js';
import { interleavingOf, type Planner } from '../planner.js';

export function transpose(node: GraphNode, planner: Planner): void {
  const x = planner.plain(planner.value(node.inputs[0]));
  const reversed = x.shape.map((_, axis) => x.shape.length - 1 - axis);
  const perm = integers(node, 'perm', reversed);
  planner.define(node.outputs[0] ?? '', {
    tensor: x.tensor,
    shape: perm.map((axis) => extent(x, axis)),
    axes: x.axes.map((axis) => perm.indexOf(axis)),
  });
}

/** Flatten, Reshape, Squeeze and Unsqueeze. */
export function reshape(node: GraphNode, planner: Planner): void {
  const x = planner.value(node.inputs[0]);
  const target = planner.shape(node.outputs[0]);
  planner.define(node.outputs[0] ?? '', reshaped(planner, x, target));
}

export function concat(node: GraphNode, planner: Planner): void {
  const values = node.inputs.map((name) => planner.value(name));
  const first = values[0] ?? refuse('without inputs');
  const rank = first.shape.length;
  const axis = (integer(node, 'axis', 1) + rank) % rank;
  const axes = first.axes.includes(axis) ? first.axes : [...first.axes, axis];
  const inputs = values.map((value) => planner.arrange(value, axes).tensor);
  const tensor = planner.layer({ kind: 'concatenate', axis: axes.indexOf(axis) }, inputs);
  planner.define(node.outputs[0] ?? '', { tensor, shape: planner.shape(node.outputs[0]), axes });
}

function reshaped(planner: Planner, given: Value, target: readonly number[]): Value {
  if (sameList(given.shape, target)) return given;
  const x = planner.plain(given);
  const position = batchPosition(given, target);
  if (position === undefined) return rebatched(planner, x, target);
  return (
    renamed(planner, x, target, position) ??
    flattened(planner, x, target, position) ??
    regrouped(planner, x, target, position)
  );
}

/** Where the batch axis is in the target: the elements before it must stay as many. */
function batchPosition(x: Value, target: readonly number[]): number | undefined {
  const batch = batchAxis(x);
  const before = elementCount(x.shape.slice(0, batch));
  const position = target.findIndex(
    (length, axis) => length === extent(x, batch) && elementCount(target.slice(0, axis)) === before,
  );
  return position >= 0 ? position : undefined;
}

/** The batch is merged with other axes or split: the first axis is the new batch. */
function rebatched(planner: Planner, x: Value, target: readonly number[]): Value {
  if (target.length < 2) refuse(`to ${target.length} axes, of which one must be the batch`);
  if (batchAxis(x) !== 0) refuse('that merges or splits a batch axis other than the first');
  const ordered = planner.arrange(x, longAxes(x, allAxes(x)));
  const tensor = planner.layer({ kind: 'rebatch', shape: target }, [ordered.tensor]);
  return { tensor, shape: target, axes: target.map((_, axis) => axis) };
}

/** Only axes of extent 1 come or go: nothing moves. */
function renamed(planner: Planner, x: Value, target: readonly number[], position: number): Value | undefined {
  const source = longAxes(x).sort((a, b) => a - b);
  const wanted = target.map((_, axis) => axis).filter((axis) => axis === position || target[axis] !== 1);
  const lengths = wanted.map((axis) => target[axis]);
  if (
    !sameList(
      lengths,
      source.map((axis) => extent(x, axis)),
    )
  )
    return undefined;
  if (source.indexOf(batchAxis(x)) !== wanted.indexOf(position)) return undefined;
  const bare = planner.arrange(x, longAxes(x));
  return {
    tensor: bare.tensor,
    shape: target,
    axes: bare.axes.map((axis) => wanted[source.indexOf(axis)] ?? 0),
  };
}

/** All axes but the batch become one: the elements stay where they lie, and their order is remembered. */
function flattened(
  planner: Planner,
  x: Value,
  target: readonly number[],
  position: number,
): Value | undefined {
  if (target.length !== 2 || position !== 0 || batchAxis(x) !== 0) return undefined;
  const interleaved = interleavingOf(x);
  const tensor = planner.flat(x.tensor);
  return { tensor, shape: target, axes: [0, 1], ...(interleaved ? { interleaved } : {}) };
}

/** Any other reshape, which takes the elements in ONNX's order. */
function regrouped(planner: Planner, x: Value, target: readonly number[], position: number): Value {
  const rest = x.shape.map((_, axis) => axis).filter((axis) => axis !== batchAxis(x));
  const ordered = planner.arrange(x, longAxes(x, [batchAxis(x), ...rest]));
  const axes = target.map((_, axis) => axis).filter((axis) => axis !== position);
  const targetShape = axes.map((axis) => target[axis] ?? 1);
  const tensor = planner.view(ordered.tensor, nativeShape(ordered), targetShape);
  return { tensor, shape: target, axes: [position, ...axes] };
}
