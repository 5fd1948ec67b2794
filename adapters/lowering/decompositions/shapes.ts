/** Operations that move elements. */
import { at } from '../../../common/at.js';
import { elementCount } from '../../../model/graph.js';
import {
  binary,
  cast,
  concat,
  gather,
  matMul,
  ofRank,
  reshape,
  sliceAxis,
  take,
  transpose,
  withNumber,
} from '../operations/emitter.js';
import type { Operand } from '../operations/operation.js';
import type { Decompositions } from './decomposition.js';

export const shapes: Decompositions = {
  Expand: (p, { shape }, [x]) => {
    const full = reshape(p, x, ofRank(x.shape, shape.length));
    const repeats = shape.map((extent, axis) => (full.shape[axis] === 1 ? extent : 1));
    return p.emit('Tile', { repeats }, [full], [{ type: x.type, shape }]);
  },
  Tile: (p, { repeats }, [x]) => [
    repeats.reduce((tiled, count, axis) => {
      const copies = Array.from({ length: count }, () => tiled);
      return concat(p, copies, axis);
    }, x),
  ],
  Split: (p, { axis, sizes }, [x]) => {
    let begin = 0;
    return sizes.map((size) => {
      begin += size;
      return sliceAxis(p, x, axis, begin - size, begin);
    });
  },
  Reverse: (p, { axes }, [x]) => [
    axes.reduce((reversed, axis) => {
      const extent = at(x.shape, axis);
      const positions = Array.from({ length: extent }, (_, index) => extent - 1 - index);
      return take(p, reversed, axis, positions);
    }, x),
  ],
  CumSum: (p, { axis, exclusive, reverse }, [x]) => {
    // A product with a triangular matrix of ones, along the last axis.
    const extent = at(x.shape, axis);
    const counts = (from: number, to: number) =>
      reverse ? (exclusive ? from > to : from >= to) : exclusive ? from < to : from <= to;
    const ones = Array.from({ length: extent * extent }, (_, index) =>
      Number(counts(Math.floor(index / extent), index % extent)),
    );
    const last = x.shape.map((_, each) => each).filter((each) => each !== axis);
    const moved = cast(p, transpose(p, x, [...last, axis]), p.held('float32'));
    const matrix = reshape(p, moved, [elementCount(x.shape) / extent, extent]);
    const sums = matMul(p, matrix, p.literal(matrix.type, [extent, extent], ones));
    const back = reshape(p, cast(p, sums, x.type), moved.shape);
    const order = x.shape.map((_, each) => (each === axis ? last.length : last.indexOf(each)));
    return [transpose(p, back, order)];
  },
  GatherElements: (p, { axis }, [x, indices]) => {
    // Positions in the flattened data: those along the other axes are known.
    const strides = stridesOf(x.shape);
    const known = positionsWithout(indices.shape, strides, axis);
    const own = withNumber(p, 'Mul', indices, at(strides, axis));
    const flat = binary(p, 'Add', own, p.literal(indices.type, indices.shape, known));
    return [gather(p, reshape(p, x, [elementCount(x.shape)]), flat, 0)];
  },
  GatherND: (p, { batchDims }, [x, indices], [result]) => {
    const depth = at(indices.shape, -1);
    const strides = stridesOf(x.shape.slice(0, batchDims + depth));
    const outer = indices.shape.slice(0, -1);
    let flat: Operand | undefined;
    for (let place = 0; place < depth; place++) {
      const own = reshape(p, sliceAxis(p, indices, outer.length, place, place + 1), outer);
      const weighted = withNumber(p, 'Mul', own, at(strides, batchDims + place));
      flat = flat ? binary(p, 'Add', flat, weighted) : weighted;
    }
    if (!flat) return undefined;
    const known = p.literal(indices.type, outer, positionsOfBatch(outer, strides, batchDims));
    const rows = [elementCount(x.shape.slice(0, batchDims + depth)), ...x.shape.slice(batchDims + depth)];
    const found = gather(p, reshape(p, x, rows), batchDims > 0 ? binary(p, 'Add', flat, known) : flat, 0);
    return [reshape(p, found, result.shape)];
  },
};

function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = at(strides, axis + 1) * at(shape, axis + 1);
  }
  return strides;
}

/** Row-major over `shape`: the share of a flat position of all axes but one. */
function positionsWithout(shape: readonly number[], strides: readonly number[], axis: number): number[] {
  const own = stridesOf(shape);
  return Array.from({ length: elementCount(shape) }, (_, index) =>
    shape.reduce((sum, extent, each) => {
      const position = Math.floor(index / at(own, each)) % extent;
      return each === axis ? sum : sum + position * at(strides, each);
    }, 0),
  );
}

/** Row-major over `shape`: the share of a flat position of the batch axes. */
function positionsOfBatch(shape: readonly number[], strides: readonly number[], batchDims: number): number[] {
  const own = stridesOf(shape);
  return Array.from({ length: elementCount(shape) }, (_, index) =>
    shape
      .slice(0, batchDims)
      .reduce(
        (sum, extent, each) => sum + (Math.floor(index / at(own, each)) % extent) * at(strides, each),
        0,
      ),
  );
}
