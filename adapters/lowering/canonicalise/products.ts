/** Products of matrices. */
import { integer, decimal as number, optionalInput, text } from '../attributes.js';
import {
  binary,
  concat,
  matMul,
  one,
  reshape,
  sliceAxis,
  transpose,
  withNumber,
} from '../operations/emitter.js';
import type { Operand } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import { type Canonicaliser, type Canonicalisers, inputOf, isWhole, outputOf } from './canonicaliser.js';

/** NumPy's matmul: a vector is a row in front and a column behind, and what it was counted for goes again. */
const product: Canonicaliser = (node, p) => {
  const a = p.plain(inputOf(node, 0));
  const b = p.plain(inputOf(node, 1));
  const left = a.shape.length === 1 ? reshape(p, a, [1, ...a.shape]) : a;
  const right = b.shape.length === 1 ? reshape(p, b, [...b.shape, 1]) : b;
  const found = matMul(p, left, right);
  p.define(outputOf(node), reshape(p, found, p.shape(outputOf(node))));
};

const gemm: Canonicaliser = (node, p) => {
  const a = matrix(p, inputOf(node, 0), integer(node, 'transA', 0) !== 0);
  const alpha = number(node, 'alpha', 1);
  const isFolded = isFoldable(p, inputOf(node, 1), alpha);
  const b = matrix(p, inputOf(node, 1), integer(node, 'transB', 0) !== 0, isFolded ? alpha : 1);
  const scaled = (x: Operand, factor: number) => {
    if (factor === 1) return x;
    if (isWhole(x.type)) refuse('alpha or beta other than 1 is not supported for integers');
    return withNumber(p, 'Mul', x, factor);
  };
  const found = scaled(matMul(p, a, b), isFolded ? 1 : alpha);
  const c = optionalInput(node, 2);
  const beta = number(node, 'beta', 1);
  if (c === undefined || beta === 0) {
    p.define(outputOf(node), found);
    return;
  }
  const addend = isFoldable(p, c, beta) ? matrix(p, c, false, beta) : scaled(p.plain(c), beta);
  p.define(outputOf(node), binary(p, 'Add', found, addend));
};

/** Whether a factor may be taken into a constant when it is loaded; into one that learns it would scale its gradient. */
function isFoldable(p: Planner, name: string, factor: number): boolean {
  return factor !== 1 && p.isConstant(name) && !p.isTrained(name) && !isWhole(p.type(name));
}

/** A constant is turned, and multiplied, when it is loaded. */
function matrix(p: Planner, name: string, isTransposed: boolean, factor = 1): Operand {
  if (p.isConstant(name)) {
    const axes = p.shape(name).map((_, axis) => axis);
    const part = { name, order: isTransposed ? axes.toReversed() : axes };
    return p.weightPart(factor === 1 ? part : { ...part, factor });
  }
  return isTransposed ? transpose(p, p.plain(name), [1, 0]) : p.plain(name);
}

const einsum: Canonicaliser = (node, p) => {
  const equation = text(node, 'equation', '').replaceAll(' ', '');
  const operands = node.inputs.map((name) => p.plain(name));
  const [first] = operands;
  if (!first) refuse('an input is needed');
  const shape = p.shape(outputOf(node));
  p.define(outputOf(node), one(p, 'Einsum', { equation }, operands, { type: first.type, shape }));
};

const determinant: Canonicaliser = (node, p) => {
  const x = p.plain(inputOf(node, 0));
  const size = x.shape.at(-1) ?? 1;
  if (size > maxRows) refuse(`matrices of ${size} rows are not supported: at most ${maxRows} are`);
  p.define(outputOf(node), reshape(p, expansion(p, x), p.shape(outputOf(node))));
};

/** More would be too many products: one takes a factorisation, which the vocabulary has not. */
const maxRows = 4;

/** Laplace's, along the first row; with the last two axes still there. */
function expansion(p: Planner, x: Operand): Operand {
  const rank = x.shape.length;
  const [rows, columns] = [rank - 2, rank - 1];
  const size = x.shape[columns] ?? 1;
  if (size === 1) return x;
  const first = sliceAxis(p, x, rows, 0, 1);
  const others = sliceAxis(p, x, rows, 1, size);
  const terms = Array.from({ length: size }, (_, place) => {
    const before = place > 0 ? [sliceAxis(p, others, columns, 0, place)] : [];
    const behind = place < size - 1 ? [sliceAxis(p, others, columns, place + 1, size)] : [];
    const factor = sliceAxis(p, first, columns, place, place + 1);
    return binary(p, 'Mul', factor, expansion(p, concat(p, [...before, ...behind], columns)));
  });
  return terms.reduce((sum, term, place) => binary(p, place % 2 === 0 ? 'Add' : 'Sub', sum, term));
}

export const products: Canonicalisers = { MatMul: product, Gemm: gemm, Einsum: einsum, Det: determinant };
