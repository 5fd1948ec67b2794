/** Products of matrices of quantised numbers, whose sums are whole numbers. */
import { type GraphNode, optionalInput } from '../../attributes.js';
import { refuse } from '../../refusal.js';
import { binary, cast, matMul, reshape, unary } from '../emitter.js';
import type { Operand } from '../operation.js';
import type { OperationPlanner } from '../planner.js';
import { isZero, rangeOf, saturated } from './quantised.js';
import { inputOf, outputOf, type Rule, type Rules } from './rule.js';

/** A matrix and its zero point, at these inputs. */
interface Places {
  readonly matrix: number;
  readonly zero: number;
}

/** With so many terms of 8 bits each, float32 holds every sum: 255² · 258 < 2²⁴. */
const mostTerms = 258;

/** (a − its zero point) · (b − its zero point), exactly: in float32 where that holds all sums. */
function product(node: GraphNode, p: OperationPlanner, a: Places, b: Places): Operand {
  const terms = p.shape(inputOf(node, a.matrix)).at(-1) ?? 1;
  const type = p.held(terms <= mostTerms ? 'float32' : 'int32');
  return matMul(p, centred(node, p, a, type, 'rows'), centred(node, p, b, type, 'columns'));
}

/** Zero points are of all, of each row of a or of each column of b. */
function centred(
  node: GraphNode,
  p: OperationPlanner,
  { matrix, zero }: Places,
  type: Operand['type'],
  along: 'rows' | 'columns',
): Operand {
  const x = p.plain(inputOf(node, matrix));
  if (x.shape.length < 2) refuse('of a vector');
  const name = optionalInput(node, zero);
  if (name === undefined || isZero(p, name)) return cast(p, x, type);
  const point = cast(p, lengthwise(p.plain(name), p, along), type);
  return binary(p, 'Sub', cast(p, x, type), point);
}

function lengthwise(point: Operand, p: OperationPlanner, along: 'rows' | 'columns'): Operand {
  const [count = 1] = point.shape;
  if (point.shape.length !== 1) return point;
  return reshape(p, point, count === 1 ? [] : along === 'rows' ? [count, 1] : [1, count]);
}

const ofIntegers: Rule = (node, p) => {
  const sums = product(node, p, { matrix: 0, zero: 2 }, { matrix: 1, zero: 3 });
  p.define(outputOf(node), cast(p, sums, p.held('int32')));
};

/** a, its scale and zero point, b with the same, and those of the result. */
const quantised: Rule = (node, p) => {
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

export const integerProducts: Rules = { MatMulInteger: ofIntegers, QLinearMatMul: quantised };
