/** Products of matrices. */
import { integer, decimal as number, optionalInput, text } from '../../attributes.js';
import { refuse } from '../../refusal.js';
import { binary, matMul, one, reshape, transpose, withNumber } from '../emitter.js';
import type { Operand } from '../operation.js';
import type { OperationPlanner } from '../planner.js';
import { inputOf, isWhole, outputOf, type Rule, type Rules } from './rule.js';

/** NumPy's matmul: a vector is a row in front and a column behind, and what it was counted for goes again. */
const product: Rule = (node, p) => {
  const a = p.plain(inputOf(node, 0));
  const b = p.plain(inputOf(node, 1));
  const left = a.shape.length === 1 ? reshape(p, a, [1, ...a.shape]) : a;
  const right = b.shape.length === 1 ? reshape(p, b, [...b.shape, 1]) : b;
  const found = matMul(p, left, right);
  p.define(outputOf(node), reshape(p, found, p.shape(outputOf(node))));
};

const gemm: Rule = (node, p) => {
  const a = matrix(p, inputOf(node, 0), integer(node, 'transA', 0) !== 0);
  const b = matrix(p, inputOf(node, 1), integer(node, 'transB', 0) !== 0);
  const scaled = (x: Operand, factor: number) => {
    if (factor === 1) return x;
    if (isWhole(x.type)) refuse('with a factor, of integers');
    return withNumber(p, 'Mul', x, factor);
  };
  const found = scaled(matMul(p, a, b), number(node, 'alpha', 1));
  const c = optionalInput(node, 2);
  const beta = number(node, 'beta', 1);
  const sum = c === undefined || beta === 0 ? found : binary(p, 'Add', found, scaled(p.plain(c), beta));
  p.define(outputOf(node), sum);
};

/** A constant is turned when it is loaded. */
function matrix(p: OperationPlanner, name: string, isTransposed: boolean): Operand {
  if (!isTransposed) return p.plain(name);
  return p.isConstant(name) ? p.weight(name, [1, 0]) : transpose(p, p.plain(name), [1, 0]);
}

const einsum: Rule = (node, p) => {
  const equation = text(node, 'equation', '').replaceAll(' ', '');
  const operands = node.inputs.map((name) => p.plain(name));
  const [first] = operands;
  if (!first) refuse('without inputs');
  const shape = p.shape(outputOf(node));
  p.define(outputOf(node), one(p, 'Einsum', { equation }, operands, { type: first.type, shape }));
};

export const products: Rules = { MatMul: product, Gemm: gemm, Einsum: einsum };
