/** Axis permutations on the host, done once at load or after the clock has stopped. */

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
  const extents = order.map((axis) => shape[axis] ?? 1);
  const steps = order.map((axis) => strides[axis] ?? 1);
  const counters = extents.map(() => 0);
  let source = 0;
  for (let index = 0; index < result.length; index++) {
    result[index] = data[source] ?? Number.NaN;
    // Advance like an odometer: the last axis first, carrying over.
    for (let axis = extents.length - 1; axis >= 0; axis--) {
      const step = steps[axis] ?? 0;
      const counter = (counters[axis] ?? 0) + 1;
      source += step;
      if (counter < (extents[axis] ?? 1)) {
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

/** Positions of `values` in the order of their size. */
export function sortedPositions(values: readonly number[]): number[] {
  return values.map((_, position) => position).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
}

function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  }
  return strides;
}
