/** Tensors as the plain evaluator of operations keeps them. */
import { elementCount } from '../../model/graph.js';

export interface Plain {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** A tensor by a function of its indices. */
export function built(shape: readonly number[], element: (index: readonly number[]) => number): Plain {
  const data = new Float64Array(elementCount(shape));
  const index = shape.map(() => 0);
  for (let place = 0; place < data.length; place++) {
    data[place] = element(index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) < (shape[axis] ?? 1)) break;
      index[axis] = 0;
    }
  }
  return { shape, data };
}

/** An element; axes of extent 1, and missing ones before the first, are the same everywhere. */
export function at({ shape, data }: Plain, index: readonly number[]): number {
  const missing = index.length - shape.length;
  const place = shape.reduce(
    (sum, extent, axis) => sum * extent + (extent === 1 ? 0 : (index[axis + missing] ?? 0)),
    0,
  );
  return data[place] ?? Number.NaN;
}
