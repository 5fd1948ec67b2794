/** Axis permutations on the host, done once at load or after the clock has stopped. */
import { at } from '../../common/at.js';

/**
 * The transpose of a row-major array: axis i of the result is axis `order[i]` of `data`, as in ONNX `Transpose`.
 *
 * @param shape of `data`
 */
export function permute<Data extends Float32Array | Float64Array | Int32Array | Uint8Array>(
  data: Data,
  shape: readonly number[],
  order: readonly number[],
): Data {
  const result = data.slice() as Data;
  if (order.every((axis, position) => axis === position)) return result;
  const strides = stridesOf(shape);
  const extents = order.map((axis) => at(shape, axis));
  const steps = order.map((axis) => at(strides, axis));
  const counters = extents.map(() => 0);
  let source = 0;
  for (let index = 0; index < result.length; index++) {
    result[index] = data[source] ?? Number.NaN;
    // Advance like an odometer: the last axis first, carrying over.
    for (let axis = extents.length - 1; axis >= 0; axis--) {
      const step = at(steps, axis);
      const counter = at(counters, axis) + 1;
      source += step;
      if (counter < at(extents, axis)) {
        counters[axis] = counter;
        break;
      }
      counters[axis] = 0;
      source -= step * counter;
    }
  }
  return result;
}

/** The order that undoes `order`. */
export function inverse(order: readonly number[]): number[] {
  const undone = order.map(() => 0);
  order.forEach((axis, position) => {
    undone[axis] = position;
  });
  return undone;
}

/** Positions of `values` in ascending order of the values. */
export function sortedPositions(values: readonly number[]): number[] {
  return values.map((_, position) => position).sort((a, b) => at(values, a) - at(values, b));
}

function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = at(strides, axis + 1) * at(shape, axis + 1);
  }
  return strides;
}
