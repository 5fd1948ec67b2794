/** Products of quantised matrices, whose sums are integers. */
import { at } from '../../../common/at.js';
import { type GraphNode, optionalInput } from '../attributes.js';
import { binary, cast, matMul, reshape, split, unary } from '../operations/emitter.js';
import type { Operand } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import { type Canonicaliser, type Canonicalisers, inputOf, outputOf } from './canonicaliser.js';
import { exactParts, reachOf, total } from './exact-sums.js';
import { isZero, rangeOf, saturated } from './quantised.js';

/** Positions of the inputs that are a matrix and its zero point. */
interface Positions {
  readonly matrix: number;
  readonly zero: number;
}

/** (a − its zero point) · (b − its zero point), in partial sums short enough to be exact in float32. */
function product(node: GraphNode, p: Planner, a: Positions, b: Positions): Operand {
  const rows = centred(node, p, a, 'rows');
  const columns = centred(node, p, b, 'columns');
  const sizes = exactParts(at(rows.shape, -1), 1, reachAt(node, p, a) * reachAt(node, p, b));
  const right = split(p, columns, columns.shape.length - 2, sizes);
  const sums = split(p, rows, rows.shape.length - 1, sizes).map((left, part) =>
    matMul(p, left, at(right, part)),
  );
  return total(p, sums);
}

function reachAt(node: GraphNode, p: Planner, { matrix, zero }: Positions): number {
  return reachOf(p, inputOf(node, matrix), optionalInput(node, zero));
}

/** Minus its zero point: one number, one for each row of a, or one for each column of b. */
function centred(
  node: GraphNode,
  p: Planner,
  { matrix, zero }: Positions,
  along: 'rows' | 'columns',
): Operand {
  const name = inputOf(node, matrix);
  const float = p.held('float32');
  const order = [...p.shape(name).keys()];
  if (order.length < 2) refuse('a vector as an operand is not supported');
  const x = p.isConstant(name) ? p.weight(name, order, undefined, float) : cast(p, p.plain(name), float);
  const point = optionalInput(node, zero);
  if (point === undefined || isZero(p, point)) return x;
  return binary(p, 'Sub', x, cast(p, lengthwise(p.plain(point), p, along), float));
}

function lengthwise(point: Operand, p: Planner, along: 'rows' | 'columns'): Operand {
  if (point.shape.length !== 1) return point;
  const count = at(point.shape, 0);
  return reshape(p, point, count === 1 ? [] : along === 'rows' ? [count, 1] : [1, count]);
}

const ofIntegers: Canonicaliser = (node, p) => {
  const sums = product(node, p, { matrix: 0, zero: 2 }, { matrix: 1, zero: 3 });
  p.define(outputOf(node), cast(p, sums, p.held('int32')));
};

/** a with its scale and zero point, b with its own, and scale and zero point of the result. */
const quantised: Canonicaliser = (node, p) => {
  const type = p.type(outputOf(node));
  const sums = product(node, p, { matrix: 0, zero: 2 }, { matrix: 3, zero: 5 });
  const float = p.held('float32');
  const scale = (position: number, along: 'rows' | 'columns') =>
    cast(p, lengthwise(p.plain(inputOf(node, position)), p, along), float);
  const both = binary(p, 'Mul', scale(1, 'rows'), scale(4, 'columns'));
  const factor = binary(p, 'Div', both, scale(6, 'rows'));
  const steps = unary(p, 'Round', binary(p, 'Mul', cast(p, sums, float), factor));
  const zero = lengthwise(p.plain(inputOf(node, 7)), p, 'rows');
  p.define(outputOf(node), saturated(p, steps, zero, rangeOf(type), type));
};

export const integerProducts: Canonicalisers = { MatMulInteger: ofIntegers, QLinearMatMul: quantised };
