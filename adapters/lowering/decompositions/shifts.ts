/** The elements at one offset of every window are a strided slice. */
import { at } from '../../../common/at.js';
import { type DataType, elementCount, toJsonNumber } from '../../../model/graph.js';
import { concat, type Emitter, expand, pad, reshape, slice } from '../operations/emitter.js';
import type { Operand, Pads, PerAxis } from '../operations/operation.js';

export interface Places {
  /** Native positions of the spatial axes. */
  readonly axes: readonly number[];
  readonly strides: PerAxis;
  readonly dilations: PerAxis;
  /** Number of windows along each axis. */
  readonly places: PerAxis;
}

/** The elements at one offset of every window, without padding. */
export function shifted(p: Emitter, x: Operand, window: Places, offset: PerAxis): Operand {
  const { axes, strides, dilations, places } = window;
  const part = (axis: number) => {
    const spatial = axes.indexOf(axis);
    if (spatial < 0) return { begin: 0, end: at(x.shape, axis), stride: 1 };
    const begin = at(offset, spatial) * at(dilations, spatial);
    const stride = at(strides, spatial);
    return { begin, end: begin + (at(places, spatial) - 1) * stride + 1, stride };
  };
  const parts = x.shape.map((_, axis) => part(axis));
  return slice(
    p,
    x,
    parts.map(({ begin }) => begin),
    parts.map(({ end }) => end),
    parts.map(({ stride }) => stride),
  );
}

/** Every offset within a kernel, row-major. */
export function offsetsOf(kernel: PerAxis): readonly PerAxis[] {
  return kernel.reduce<readonly PerAxis[]>(
    (offsets, extent) =>
      offsets.flatMap((offset) => Array.from({ length: extent }, (_, position) => [...offset, position])),
    [[]],
  );
}

/** Constant padding. Plans are JSON, which has no infinities, so padding with one is concatenated. */
export function filled(p: Emitter, x: Operand, pads: Pads, value: number): Operand {
  if (Number.isFinite(value)) return pad(p, x, pads, value);
  return pads.reduce((whole, [before, behind], axis) => {
    const block = (count: number) => {
      const shape = whole.shape.map((extent, each) => (each === axis ? count : extent));
      const single = p.literal(
        x.type,
        shape.map(() => 1),
        [toJsonNumber(value)],
      );
      return count === 0 ? [] : [expand(p, single, shape)];
    };
    const first = block(before);
    return concat(p, [...first, whole, ...block(behind)], axis);
  }, x);
}

/** The lowest value of a type. */
export function lowestOf(type: DataType): number {
  if (type.startsWith('float')) return Number.NEGATIVE_INFINITY;
  if (type.startsWith('uint') || type === 'bool') return 0;
  return -(2 ** (Number(type.slice('int'.length)) - 1));
}

/** Dilated along one axis: `factor - 1` zeros between its elements. */
export function spaced(p: Emitter, x: Operand, axis: number, factor: number): Operand {
  const extent = at(x.shape, axis);
  if (factor === 1 || extent === 1) return x;
  const before = x.shape.slice(0, axis);
  const behind = x.shape.slice(axis + 1);
  const outer = elementCount(before);
  const inner = elementCount(behind);
  const columns = reshape(p, x, [outer * extent, 1, inner]);
  const wide = pad(
    p,
    columns,
    [
      [0, 0],
      [0, factor - 1],
      [0, 0],
    ],
    0,
  );
  const rows = reshape(p, wide, [outer, extent * factor, inner]);
  const length = (extent - 1) * factor + 1;
  return reshape(p, slice(p, rows, [0, 0, 0], [outer, length, inner]), [...before, length, ...behind]);
}
