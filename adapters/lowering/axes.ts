/**
 * Where a framework keeps the axes of a value: for frameworks whose layers want channels last and batch first, so that
 * ONNX's transposes cost nothing where they only say what the framework does anyway.
 *
 * `axes[k]` is the ONNX axis that native axis k holds. ONNX axes of extent 1 may be missing. An image kept as NHWC has
 * axes [0, 2, 3, 1]; the sequence [T, N, F] of an ONNX LSTM kept batch-first has [1, 0, 2].
 */
export type Axes = readonly number[];

export const channelsLast: Axes = [0, 2, 3, 1];
export const batchFirst: Axes = [1, 0, 2];

export function identity(rank: number): Axes {
  return Array.from({ length: rank }, (_, axis) => axis);
}

export function sameAxes(one: Axes, other: Axes): boolean {
  return one.length === other.length && one.every((axis, index) => axis === other[index]);
}

/** ONNX Transpose: output axis i is input axis perm[i]. The native value is the same. */
export function transposed(axes: Axes, perm: readonly number[]): Axes {
  return axes.map((axis) => perm.indexOf(axis));
}

/** ONNX Squeeze of axes of extent 1; undefined where the native value still holds one of them. */
export function squeezed(axes: Axes, removed: readonly number[]): Axes | undefined {
  if (axes.some((axis) => removed.includes(axis))) return undefined;
  return axes.map((axis) => axis - removed.filter((gone) => gone < axis).length);
}

/** ONNX Unsqueeze: `added` are axes of the output, which the native value goes on without. */
export function unsqueezed(axes: Axes, added: readonly number[]): Axes {
  const remaining: number[] = [];
  for (let axis = 0; remaining.length <= Math.max(-1, ...axes); axis++)
    if (!added.includes(axis)) remaining.push(axis);
  return axes.map((axis) => remaining[axis] ?? axis);
}

/** Native shape of a value of that ONNX shape. */
export function nativeShape(shape: readonly number[], axes: Axes): number[] {
  return axes.map((axis) => shape[axis] ?? 1);
}

/**
 * For every native element, in native row-major order, the index of the ONNX element that it is.
 *
 * @param shape in ONNX order
 */
export function gatherIndex(shape: readonly number[], axes: Axes): Int32Array {
  const native = nativeShape(shape, axes);
  const strides = shape.map((_, axis) =>
    shape.slice(axis + 1).reduce((product, extent) => product * extent, 1),
  );
  const steps = axes.map((axis) => strides[axis] ?? 0);
  const index = new Int32Array(native.reduce((product, extent) => product * extent, 1));
  const position = new Array<number>(native.length).fill(0);
  let onnx = 0;
  for (let element = 0; element < index.length; element++) {
    index[element] = onnx;
    for (let axis = native.length - 1; axis >= 0; axis--) {
      const moved = (position[axis] ?? 0) + 1;
      onnx += steps[axis] ?? 0;
      position[axis] = moved;
      if (moved < (native[axis] ?? 0)) break;
      onnx -= moved * (steps[axis] ?? 0);
      position[axis] = 0;
    }
  }
  return index;
}

/** ONNX row-major data → native row-major data. */
export function toNative(data: Float32Array, shape: readonly number[], axes: Axes): Float32Array {
  if (sameAxes(axes, identity(shape.length))) return data;
  return Float32Array.from(gatherIndex(shape, axes), (onnx) => data[onnx] ?? 0);
}

/** Native row-major data → ONNX row-major data. */
export function fromNative(data: ArrayLike<number>, shape: readonly number[], axes: Axes): Float32Array {
  const index = gatherIndex(shape, axes);
  const onnx = new Float32Array(index.length);
  index.forEach((place, native) => {
    onnx[place] = data[native] ?? 0;
  });
  return onnx;
}
