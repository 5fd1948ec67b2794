/** A value of the graph while it is lowered: which native tensor holds it, and how its axes lie in it. */
import { at } from '../../common/at.js';

export interface Value {
  readonly tensor: number;
  /** ONNX shape. */
  readonly shape: readonly number[];
  /**
   * ONNX axis at each native position, the batch first. ONNX axes of extent 1, other than the batch, may be absent:
   * dropping them or adding them costs nothing then.
   */
  readonly axes: readonly number[];
  /**
   * The last native axis is several ONNX axes flattened in another order than ONNX's: they have extents `shape`, and
   * lie in `order`. A matrix product takes that up by the order of its weights' rows.
   */
  readonly interleaved?: Interleaving;
}

export interface Interleaving {
  readonly shape: readonly number[];
  readonly order: readonly number[];
}

export function batchAxis(value: Value): number {
  return value.axes[0] ?? 0;
}

export function extent(value: Value, axis: number): number {
  return value.shape[axis] ?? 1;
}

/** Native shape without the batch. */
export function nativeShape(value: Value): number[] {
  return value.axes.slice(1).map((axis) => extent(value, axis));
}

/** Those of `axes` that move data: the batch and the axes longer than 1. */
export function longAxes(value: Value, axes: readonly number[] = value.axes): number[] {
  return axes.filter((axis) => axis === batchAxis(value) || extent(value, axis) !== 1);
}

/** Every ONNX axis, the batch first. */
export function allAxes(value: Value): number[] {
  const rest = value.shape.map((_, axis) => axis).filter((axis) => axis !== batchAxis(value));
  return [batchAxis(value), ...rest];
}

export function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

export function ascending(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value > at(values, index - 1));
}

/** The same value with axes of extent 1 put before its first, as broadcasting does. Costs nothing. */
export function withRank(value: Value, rank: number): Value {
  const added = rank - value.shape.length;
  if (added <= 0) return value;
  const shape = [...Array.from({ length: added }, () => 1), ...value.shape];
  return { ...value, shape, axes: value.axes.map((axis) => axis + added) };
}
