/** Operators that pick elements by index. */
import { at } from '../../../common/at.js';
import { elementCount } from '../../../model/graph.js';
import {
  type GraphNode,
  integer,
  optionalInput,
  optionalOutput,
  requiredInteger,
  text,
} from '../attributes.js';
import { isIndex } from '../indices.js';
import { binary, cast, gather, one, reshape, transpose, where, withNumber } from '../operations/emitter.js';
import type { Operand } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import { type Canonicaliser, type Canonicalisers, inputOf, outputOf, positive } from './canonicaliser.js';

/**
 * Indices without negative ones, which ONNX counts from the end: those of a constant are resolved here, computed ones by
 * operations of the plan.
 *
 * @param extents of the indexed axes: one for each position of the last axis of the indices, or one for all
 */
export function indicesOf(p: Planner, name: string, extents: readonly number[]): Operand {
  const type = p.held('int64');
  const known = p.graph.constants?.[name];
  if (known && !p.isTrained(name)) {
    const numbers = p.numbers(name);
    const counted = numbers.map((index, place) =>
      index < 0 ? index + at(extents, place % extents.length) : index,
    );
    return p.literal(type, p.shape(name), counted);
  }
  const given = cast(p, p.plain(name), type);
  if (isIndex(p.graph, name)) return given;
  const extent =
    extents.length === 1 ? p.literal(type, [], extents) : p.literal(type, [extents.length], extents);
  return where(p, withNumber(p, 'Less', given, 0), binary(p, 'Add', given, extent), given);
}

const gathered: Canonicaliser = (node, p) => {
  const x = p.plain(inputOf(node, 0));
  const axis = positive(integer(node, 'axis', 0), x.shape.length);
  const name = inputOf(node, 1);
  const isGiven = p.capabilities.negativeIndices && !p.graph.constants?.[name];
  const indices = isGiven ? cast(p, p.plain(name), p.held('int64')) : indicesOf(p, name, [at(x.shape, axis)]);
  p.define(outputOf(node), gather(p, x, indices, axis));
};

const gatheredElements: Canonicaliser = (node, p) => {
  const x = p.plain(inputOf(node, 0));
  const axis = positive(integer(node, 'axis', 0), x.shape.length);
  const indices = indicesOf(p, inputOf(node, 1), [at(x.shape, axis)]);
  const result = { type: x.type, shape: indices.shape };
  p.define(outputOf(node), one(p, 'GatherElements', { axis }, [x, indices], result));
};

const gatheredSlices: Canonicaliser = (node, p) => {
  const x = p.plain(inputOf(node, 0));
  const batchDims = integer(node, 'batch_dims', 0);
  const depth = at(p.shape(inputOf(node, 1)), -1);
  const indices = indicesOf(p, inputOf(node, 1), x.shape.slice(batchDims, batchDims + depth));
  const result = { type: x.type, shape: p.shape(outputOf(node)) };
  p.define(outputOf(node), one(p, 'GatherND', { batchDims }, [x, indices], result));
};

const reductionsOfScatter = ['none', 'add', 'mul', 'max', 'min'] as const;

function reductionOf(node: GraphNode) {
  const given = text(node, 'reduction', 'none');
  return reductionsOfScatter.find((name) => name === given) ?? refuse(`reduction ${given} is not supported`);
}

const scatteredElements: Canonicaliser = (node, p) => {
  const x = p.plain(inputOf(node, 0));
  const axis = positive(integer(node, 'axis', 0), x.shape.length);
  const indices = indicesOf(p, inputOf(node, 1), [at(x.shape, axis)]);
  const settings = { axis, reduction: reductionOf(node) };
  const operands = [x, indices, p.plain(inputOf(node, 2))] as const;
  p.define(outputOf(node), one(p, 'ScatterElements', settings, operands, x));
};

const scatteredSlices: Canonicaliser = (node, p) => {
  const x = p.plain(inputOf(node, 0));
  const depth = at(p.shape(inputOf(node, 1)), -1);
  const indices = indicesOf(p, inputOf(node, 1), x.shape.slice(0, depth));
  const operands = [x, indices, p.plain(inputOf(node, 2))] as const;
  p.define(outputOf(node), one(p, 'ScatterND', { reduction: reductionOf(node) }, operands, x));
};

/** The values are [off, on]; `axis` is the new axis of the result. */
const oneHot: Canonicaliser = (node, p) => {
  const depth = at(p.numbers(inputOf(node, 1)), 0);
  const shape = p.shape(outputOf(node));
  const axis = positive(integer(node, 'axis', -1), shape.length);
  const name = inputOf(node, 0);
  const given = p.type(name).includes('int') ? indicesOf(p, name, [depth]) : classesOf(p, name, depth);
  const indices = reshape(
    p,
    given,
    shape.map((extent, each) => (each === axis ? 1 : extent)),
  );
  const classes = p.literal(
    indices.type,
    shape.map((_, each) => (each === axis ? depth : 1)),
    Array.from({ length: depth }, (_, index) => index),
  );
  const values = p.plain(inputOf(node, 2));
  const value = (position: number) =>
    reshape(p, gather(p, values, p.literal(p.held('int64'), [1], [position]), 0), []);
  p.define(outputOf(node), where(p, binary(p, 'Equal', indices, classes), value(1), value(0)));
};

/** Floating-point indices; fractional ones equal no class. */
function classesOf(p: Planner, name: string, depth: number): Operand {
  const given = p.plain(name);
  return where(p, withNumber(p, 'Less', given, 0), withNumber(p, 'Add', given, depth), given);
}

const top: Canonicaliser = (node, p) => {
  const x = p.plain(inputOf(node, 0));
  const axis = positive(integer(node, 'axis', -1), x.shape.length);
  const k = p.graph.opset < 10 ? requiredInteger(node, 'k') : at(p.numbers(inputOf(node, 1)), 0);
  const last = [...x.shape.keys()].filter((each) => each !== axis);
  const order = [...last, axis];
  const moved = transpose(p, x, order);
  const shape = [...moved.shape.slice(0, -1), k];
  const settings = { k, largest: integer(node, 'largest', 1) !== 0 };
  const results = [
    { type: x.type, shape },
    { type: p.held('int64'), shape },
  ] as const;
  p.emit('TopK', settings, [moved], results).forEach((result, position) => {
    p.define(optionalOutput(node, position), result, order);
  });
};

/** The upper or the lower triangle of each matrix, zeros elsewhere. */
const triangle: Canonicaliser = (node, p) => {
  const x = p.plain(inputOf(node, 0));
  if (elementCount(x.shape) === 0) {
    p.define(outputOf(node), x);
    return;
  }
  const offset = optionalInput(node, 1);
  const diagonal = offset === undefined ? 0 : at(p.numbers(offset), 0);
  const isUpper = integer(node, 'upper', 1) !== 0;
  const matrix = x.shape.slice(-2);
  const columns = at(matrix, -1);
  const mask = Array.from({ length: elementCount(matrix) }, (_, index) => {
    const place = (index % columns) - Math.floor(index / columns);
    return Number(isUpper ? place >= diagonal : place <= diagonal);
  });
  const zero = p.literal(x.type, [], [0]);
  p.define(outputOf(node), where(p, p.literal(p.held('bool'), matrix, mask), x, zero));
};

export const indexing: Canonicalisers = {
  Gather: gathered,
  GatherElements: gatheredElements,
  GatherND: gatheredSlices,
  Scatter: scatteredElements,
  ScatterElements: scatteredElements,
  ScatterND: scatteredSlices,
  OneHot: oneHot,
  TopK: top,
  Trilu: triangle,
};
