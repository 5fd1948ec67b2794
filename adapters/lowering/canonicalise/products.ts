/** Matrix products and determinants. */
import { at } from '../../../common/at.js';
import { integer, number, optionalInput, requiredText } from '../attributes.js';
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
import { type Canonicaliser, type Canonicalisers, inputOf, isInteger, outputOf } from './canonicaliser.js';

/** NumPy's matmul: a vector is a row on the left and a column on the right; the result is without that axis. */
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
    if (isInteger(x.type)) refuse(`alpha or beta ${factor} is not supported for integers`);
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

/** Whether a factor may be folded into a constant at load; a trained one would have its gradient scaled. */
function isFoldable(p: Planner, name: string, factor: number): boolean {
  return factor !== 1 && p.isConstant(name) && !p.isTrained(name) && !isInteger(p.type(name));
}

/** A constant is transposed and multiplied at load. */
function matrix(p: Planner, name: string, isTransposed: boolean, factor = 1): Operand {
  if (p.isConstant(name)) {
    const axes = p.shape(name).map((_, axis) => axis);
    const part = { name, order: isTransposed ? axes.toReversed() : axes };
    return p.weightPart(factor === 1 ? part : { ...part, factor });
  }
  return isTransposed ? transpose(p, p.plain(name), [1, 0]) : p.plain(name);
}

const einsum: Canonicaliser = (node, p) => {
  const equation = requiredText(node, 'equation').replaceAll(' ', '');
  const first = p.plain(inputOf(node, 0));
  const others = node.inputs.slice(1).map((name) => p.plain(name));
  const shape = p.shape(outputOf(node));
  p.define(outputOf(node), one(p, 'Einsum', { equation }, [first, ...others], { type: first.type, shape }));
};

const determinant: Canonicaliser = (node, p) => {
  const x = p.plain(inputOf(node, 0));
  const size = at(x.shape, -1);
  if (size > maxRows) refuse(`matrices of ${size} rows are not supported: the maximum is ${maxRows}`);
  p.define(outputOf(node), reshape(p, expansion(p, x), p.shape(outputOf(node))));
};

/** Larger ones need a factorisation, which is not in the vocabulary of operations. */
const maxRows = 4;

/** Laplace expansion along the first row; the last two axes are kept. */
function expansion(p: Planner, x: Operand): Operand {
  const rank = x.shape.length;
  const [rows, columns] = [rank - 2, rank - 1];
  const size = at(x.shape, columns);
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
