/** Element-wise functions, from the formulas of the ONNX operator decompositions (github.com/onnx/onnx, docs/Operators.md). */
import { at } from '../../../common/at.js';
import {
  binary,
  cast,
  type Emitter,
  reduce,
  reducedShape,
  reshape,
  scalar,
  sliceAxis,
  unary,
  where,
  withNumber,
} from '../operations/emitter.js';
import type { Operand } from '../operations/operation.js';
import type { Decompositions } from './decomposition.js';

type Formula<Settings = unknown> = (p: Emitter, x: Operand, settings: Settings) => Operand;

function ofOne<Settings>(formula: Formula<Settings>) {
  return (p: Emitter, settings: Settings, [x]: readonly [Operand]) => [formula(p, x, settings)];
}

function ofTwo<Settings>(formula: (p: Emitter, a: Operand, b: Operand, settings: Settings) => Operand) {
  return (p: Emitter, settings: Settings, [a, b]: readonly [Operand, Operand]) => [
    formula(p, a, b, settings),
  ];
}

export const elementwise: Decompositions = {
  Abs: ofOne((p, x) => binary(p, 'Max', x, unary(p, 'Neg', x))),
  Neg: ofOne((p, x) => binary(p, 'Sub', scalar(p, x, 0), x)),
  Reciprocal: ofOne((p, x) => binary(p, 'Div', scalar(p, x, 1), x)),
  Relu: ofOne((p, x) => withNumber(p, 'Max', x, 0)),
  // In two's complement ~x = −1 − x.
  BitwiseNot: ofOne((p, x) => binary(p, 'Sub', scalar(p, x, -1), x)),
  Round: ofOne((p, x) => {
    // Halves are rounded to even: down, where that is even.
    const below = unary(p, 'Floor', x);
    const rest = binary(p, 'Sub', x, below);
    const half = withNumber(p, 'Mul', below, 0.5);
    const isOdd = binary(p, 'Greater', half, unary(p, 'Floor', half));
    const isUp = binary(
      p,
      'Or',
      withNumber(p, 'Greater', rest, 0.5),
      binary(p, 'And', withNumber(p, 'Equal', rest, 0.5), isOdd),
    );
    return where(p, isUp, withNumber(p, 'Add', below, 1), below);
  }),
  Sigmoid: ofOne((p, x) =>
    unary(p, 'Reciprocal', withNumber(p, 'Add', unary(p, 'Exp', unary(p, 'Neg', x)), 1)),
  ),
  Tan: ofOne((p, x) => binary(p, 'Div', unary(p, 'Sin', x), unary(p, 'Cos', x))),
  Sinh: ofOne((p, x) => halfOf(p, 'Sub', x)),
  Cosh: ofOne((p, x) => halfOf(p, 'Add', x)),
  Softplus: ofOne((p, x) => {
    // log(1 + e^x) = max(x, 0) + log(1 + e^−|x|), which does not overflow.
    const small = unary(p, 'Exp', unary(p, 'Neg', unary(p, 'Abs', x)));
    return binary(p, 'Add', unary(p, 'Relu', x), unary(p, 'Log', withNumber(p, 'Add', small, 1)));
  }),
  Softsign: ofOne((p, x) => binary(p, 'Div', x, withNumber(p, 'Add', unary(p, 'Abs', x), 1))),
  Mish: ofOne((p, x) => binary(p, 'Mul', x, unary(p, 'Tanh', unary(p, 'Softplus', x)))),
  HardSwish: ofOne((p, x) => binary(p, 'Mul', x, unary(p, 'HardSigmoid', x, { alpha: 1 / 6, beta: 0.5 }))),
  HardSigmoid: ofOne((p, x, { alpha, beta }) =>
    unary(p, 'Clip', withNumber(p, 'Add', withNumber(p, 'Mul', x, alpha), beta), { low: 0, high: 1 }),
  ),
  Swish: ofOne((p, x, { alpha }) =>
    binary(p, 'Mul', x, unary(p, 'Sigmoid', alpha === 1 ? x : withNumber(p, 'Mul', x, alpha))),
  ),
  Elu: ofOne((p, x, { alpha }) => exponential(p, x, (y) => withNumber(p, 'Mul', y, alpha))),
  Selu: ofOne((p, x, { alpha, gamma }) =>
    withNumber(
      p,
      'Mul',
      exponential(p, x, (y) => withNumber(p, 'Mul', y, alpha)),
      gamma,
    ),
  ),
  Celu: ofOne((p, x, { alpha }) => {
    const below = withNumber(p, 'Mul', expMinusOne(p, withNumber(p, 'Div', x, alpha)), alpha);
    return binary(p, 'Add', unary(p, 'Relu', x), withNumber(p, 'Min', below, 0));
  }),
  LeakyRelu: ofOne((p, x, { alpha }) =>
    where(p, withNumber(p, 'Less', x, 0), withNumber(p, 'Mul', x, alpha), x),
  ),
  Gelu: ofOne((p, x, { approximate }) => {
    const inner =
      approximate === 'tanh'
        ? unary(
            p,
            'Tanh',
            withNumber(
              p,
              'Mul',
              binary(p, 'Add', x, withNumber(p, 'Mul', cubeOf(p, x), 0.044715)),
              Math.sqrt(2 / Math.PI),
            ),
          )
        : unary(p, 'Erf', withNumber(p, 'Mul', x, Math.SQRT1_2));
    return binary(p, 'Mul', withNumber(p, 'Mul', x, 0.5), withNumber(p, 'Add', inner, 1));
  }),
  Clip: ofOne((p, x, { low, high }) => {
    const above = low === null ? x : withNumber(p, 'Max', x, low);
    return high === null ? above : withNumber(p, 'Min', above, high);
  }),
  IsNaN: ofOne((p, x) => unary(p, 'Not', binary(p, 'Equal', x, x))),
  IsInf: ofOne((p, x, { negative, positive }) => {
    const is = (value: number) => withNumber(p, 'Equal', x, value);
    if (negative && positive) {
      return binary(p, 'Or', is(Number.POSITIVE_INFINITY), is(Number.NEGATIVE_INFINITY));
    }
    if (negative) return is(Number.NEGATIVE_INFINITY);
    return positive ? is(Number.POSITIVE_INFINITY) : binary(p, 'And', is(0), unary(p, 'Not', is(0)));
  }),
  // The first of equal values is taken, and has the whole gradient.
  Max: ofTwo((p, a, b) => where(p, binary(p, 'Less', a, b), b, a)),
  Min: ofTwo((p, a, b) => where(p, binary(p, 'Greater', a, b), b, a)),
  Xor: ofTwo((p, a, b) => binary(p, 'And', binary(p, 'Or', a, b), unary(p, 'Not', binary(p, 'And', a, b)))),
  GreaterOrEqual: ofTwo((p, a, b) => binary(p, 'Or', binary(p, 'Greater', a, b), binary(p, 'Equal', a, b))),
  LessOrEqual: ofTwo((p, a, b) => binary(p, 'Or', binary(p, 'Less', a, b), binary(p, 'Equal', a, b))),
  Mod: ofTwo((p, a, b, { fmod }) => {
    const quotient = binary(p, 'Div', a, b);
    const isInteger = a.type.includes('int');
    const product = isInteger ? binary(p, 'Mul', quotient, b) : truncatedProduct(p, quotient, b);
    const remainder = binary(p, 'Sub', a, product);
    if (fmod) return remainder;
    // The remainder of truncated division, plus the divisor where their signs differ.
    const differs = binary(
      p,
      'Less',
      binary(p, 'Mul', unary(p, 'Sign', remainder), unary(p, 'Sign', b)),
      scalar(p, a, 0),
    );
    return where(p, differs, binary(p, 'Add', remainder, b), remainder);
  }),
  ReduceLogSumExp: ofOne((p, x, { axes, keepdims }) => {
    const max = reduce(p, 'ReduceMax', x, axes, true);
    const sum = reduce(p, 'ReduceSum', unary(p, 'Exp', binary(p, 'Sub', x, max)), axes, keepdims);
    const shift = keepdims ? max : reduce(p, 'ReduceMax', x, axes, false);
    return binary(p, 'Add', unary(p, 'Log', sum), shift);
  }),
  ReduceMean: ofOne((p, x, { axes, keepdims }) => {
    const count = axes.reduce((product, axis) => product * at(x.shape, axis), 1);
    return withNumber(p, 'Div', reduce(p, 'ReduceSum', x, axes, keepdims), count);
  }),
  ReduceProd: (p, { axes, keepdims }, [x]) => {
    if (axes.some((axis) => at(x.shape, axis) === 0)) return undefined;
    const product = axes.reduce((partial, axis) => {
      const slices = Array.from({ length: at(x.shape, axis) }, (_, place) =>
        sliceAxis(p, partial, axis, place, place + 1),
      );
      return slices.reduce((a, b) => binary(p, 'Mul', a, b));
    }, x);
    return [reshape(p, product, reducedShape(x.shape, axes, keepdims))];
  },
  Softmax: ofOne((p, x, { axis }) => {
    const raised = unary(p, 'Exp', binary(p, 'Sub', x, reduce(p, 'ReduceMax', x, [axis], true)));
    return binary(p, 'Div', raised, reduce(p, 'ReduceSum', raised, [axis], true));
  }),
  LogSoftmax: ofOne((p, x, { axis }) => {
    const shifted = binary(p, 'Sub', x, reduce(p, 'ReduceMax', x, [axis], true));
    const sum = reduce(p, 'ReduceSum', unary(p, 'Exp', shifted), [axis], true);
    return binary(p, 'Sub', shifted, unary(p, 'Log', sum));
  }),
  ...Object.fromEntries(
    (['Asinh', 'Acosh', 'Atanh'] as const).map((kind) => [kind, ofOne((p, x) => areaFunction(p, kind, x))]),
  ),
  ...Object.fromEntries(
    (['And', 'Or'] as const).map((kind) => [
      kind,
      ofTwo((p, a, b) => {
        const integer = p.held('int32');
        const combine = kind === 'And' ? 'Mul' : 'Max';
        return cast(p, binary(p, combine, cast(p, a, integer), cast(p, b, integer)), 'bool');
      }),
    ]),
  ),
};

/** trunc(quotient) · divisor; zero for an infinite divisor, as 0 · ∞ would be NaN. */
function truncatedProduct(p: Emitter, quotient: Operand, divisor: Operand): Operand {
  const sign = unary(p, 'Sign', quotient);
  const truncated = binary(p, 'Mul', sign, unary(p, 'Floor', unary(p, 'Abs', quotient)));
  const isZero = withNumber(p, 'Equal', truncated, 0);
  return where(p, isZero, scalar(p, divisor, 0), binary(p, 'Mul', truncated, divisor));
}

/** (e^x ∓ e^−x) / 2 */
function halfOf(p: Emitter, kind: 'Add' | 'Sub', x: Operand): Operand {
  const sum = binary(p, kind, unary(p, 'Exp', x), unary(p, 'Exp', unary(p, 'Neg', x)));
  return withNumber(p, 'Mul', sum, 0.5);
}

function expMinusOne(p: Emitter, x: Operand): Operand {
  return withNumber(p, 'Sub', unary(p, 'Exp', x), 1);
}

/** x where it is positive, else `below(e^x − 1)`. */
function exponential(p: Emitter, x: Operand, below: (y: Operand) => Operand): Operand {
  const raised = below(expMinusOne(p, withNumber(p, 'Min', x, 0)));
  return where(p, withNumber(p, 'Greater', x, 0), x, raised);
}

function cubeOf(p: Emitter, x: Operand): Operand {
  return binary(p, 'Mul', binary(p, 'Mul', x, x), x);
}

function areaFunction(p: Emitter, kind: 'Asinh' | 'Acosh' | 'Atanh', x: Operand): Operand {
  if (kind === 'Atanh') {
    const above = withNumber(p, 'Add', x, 1);
    const below = binary(p, 'Sub', scalar(p, x, 1), x);
    return withNumber(p, 'Mul', unary(p, 'Log', binary(p, 'Div', above, below)), 0.5);
  }
  const square = binary(p, 'Mul', x, x);
  const root = unary(p, 'Sqrt', withNumber(p, kind === 'Asinh' ? 'Add' : 'Sub', square, 1));
  return unary(p, 'Log', binary(p, 'Add', x, root));
}
