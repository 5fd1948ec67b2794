/** Element-wise operators: their result keeps the layout of their inputs. */
import { at, leading } from '../../../common/at.js';
import { elementCount } from '../../../model/graph.js';
import {
  type GraphNode,
  integer,
  number,
  optionalInput,
  optionalOutput,
  requiredNumber,
  requiredText,
  text,
} from '../attributes.js';
import { binary, cast, scalar, unary, where, withNumber } from '../operations/emitter.js';
import {
  arithmetic,
  bitwise,
  comparisons,
  logic,
  type Operand,
  type OperationKind,
  type Operations,
  type PlainBinary,
  type PlainUnary,
  plainUnary,
} from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import {
  type Canonicaliser,
  type Canonicalisers,
  inCommonLayout,
  inputOf,
  isInteger,
  outputOf,
} from './canonicaliser.js';

type Compute = (p: Planner, x: Operand, node: GraphNode) => Operand;

/** A function of the first input. */
export function ofOne(compute: Compute): Canonicaliser {
  return (node, p) => {
    const { operand, axes } = p.value(inputOf(node, 0));
    const result = compute(p, operand, node);
    p.define(outputOf(node), p.wrapped(result, p.type(outputOf(node))), axes);
  };
}

function plainOne(kind: PlainUnary): Canonicaliser {
  return ofOne((p, x) => unary(p, kind, x));
}

function plainTwo(kind: PlainBinary): Canonicaliser {
  return ofTwo((p, a, b) => binary(p, kind, a, b));
}

/** A function of two inputs that broadcast. */
function ofTwo(compute: (p: Planner, a: Operand, b: Operand, node: GraphNode) => Operand): Canonicaliser {
  return (node, p) => {
    const { operands, axes } = inCommonLayout(p, [inputOf(node, 0), inputOf(node, 1)]);
    const [a, b] = leading(operands, 2);
    p.define(outputOf(node), p.wrapped(compute(p, a, b, node), p.type(outputOf(node))), axes);
  };
}

/** A reduction of any number of inputs, two at a time. */
function ofSeveral(
  combine: (p: Planner, a: Operand, b: Operand) => Operand,
  finish: (p: Planner, sum: Operand, count: number) => Operand = (_, sum) => sum,
): Canonicaliser {
  return (node, p) => {
    const { operands, axes } = inCommonLayout(p, node.inputs);
    const all = operands.reduce((sum, operand) => combine(p, sum, operand));
    p.define(outputOf(node), p.wrapped(finish(p, all, operands.length), p.type(outputOf(node))), axes);
  };
}

/** ONNX's exponent may have another type than the base. */
const power: Canonicaliser = (node, p) => {
  const { operands, axes } = inCommonLayout(p, [inputOf(node, 0), inputOf(node, 1)]);
  const [base, exponent] = leading(operands, 2);
  const isFractional = isInteger(p.type(inputOf(node, 0))) && !isInteger(p.type(inputOf(node, 1)));
  if (!isFractional) {
    const result = binary(p, 'Pow', base, cast(p, exponent, base.type));
    p.define(outputOf(node), p.wrapped(result, p.type(outputOf(node))), axes);
    return;
  }
  const result = cast(p, binary(p, 'Pow', cast(p, base, exponent.type), exponent), base.type);
  p.define(outputOf(node), result, axes);
};

/** Bounds are attributes before operator set 11 and inputs since; with a computed bound it is Max or Min. */
const clip: Canonicaliser = (node, p) => {
  const { operand, axes } = p.value(inputOf(node, 0));
  const bound = (name: 'min' | 'max', position: 1 | 2): number | string | null => {
    const input = optionalInput(node, position);
    if (input === undefined) return name in node.attributes ? requiredNumber(node, name) : null;
    return p.graph.constants?.[input] && !p.isTrained(input) ? at(p.numbers(input), 0) : input;
  };
  // An infinite bound is none, and a plan is JSON, which has no infinity.
  const unless = (none: number, given: number | string | null) => (given === none ? null : given);
  const low = unless(Number.NEGATIVE_INFINITY, bound('min', 1));
  const high = unless(Number.POSITIVE_INFINITY, bound('max', 2));
  const fixed = (given: number | string | null) => (typeof given === 'number' ? given : null);
  const settings = { low: fixed(low), high: fixed(high) };
  let result =
    settings.low === null && settings.high === null ? operand : unary(p, 'Clip', operand, settings);
  if (typeof low === 'string') result = binary(p, 'Max', result, p.plain(low));
  if (typeof high === 'string') result = binary(p, 'Min', result, p.plain(high));
  p.define(outputOf(node), result, axes);
};

const castTo: Canonicaliser = (node, p) => {
  const { operand, axes } = p.value(inputOf(node, 0));
  const target = p.type(outputOf(node));
  p.define(outputOf(node), p.wrapped(cast(p, operand, p.held(target)), target), axes);
};

const select: Canonicaliser = (node, p) => {
  const { operands, axes } = inCommonLayout(p, [inputOf(node, 0), inputOf(node, 1), inputOf(node, 2)]);
  const [condition, a, b] = leading(operands, 3);
  p.define(outputOf(node), where(p, condition, a, b), axes);
};

const parametricRelu = ofTwo((p, x, slope) =>
  where(p, withNumber(p, 'Less', x, 0), binary(p, 'Mul', x, slope), x),
);

const shrink = ofOne((p, x, node) => {
  const lambda = number(node, 'lambd', 0.5);
  const bias = number(node, 'bias', 0);
  const zero = withNumber(p, 'Mul', x, 0);
  const above = where(p, withNumber(p, 'Greater', x, lambda), withNumber(p, 'Sub', x, bias), zero);
  return where(p, withNumber(p, 'Less', x, -lambda), withNumber(p, 'Add', x, bias), above);
});

/** The identity in inference, with a mask of ones. */
const dropout: Canonicaliser = (node, p) => {
  if (p.mode === 'training') refuse('not supported in training: its masks are random');
  const { operand, axes } = p.value(inputOf(node, 0));
  p.define(outputOf(node), operand, axes);
  const mask = optionalOutput(node, 1);
  if (mask) p.define(mask, p.literal(p.held('bool'), operand.shape, ones(operand)), axes);
};

function ones({ shape }: Operand): number[] {
  return Array.from({ length: elementCount(shape) }, () => 1);
}

function table<Kind extends OperationKind & string>(
  kinds: readonly Kind[],
  rule: (kind: Kind) => Canonicaliser,
): Canonicalisers {
  return Object.fromEntries(kinds.map((kind) => [kind, rule(kind)]));
}

function withSettings<
  Kind extends 'Celu' | 'Elu' | 'Gelu' | 'HardSigmoid' | 'LeakyRelu' | 'Selu' | 'Swish' | 'IsInf',
>(kind: Kind, settings: (node: GraphNode) => Operations[Kind]): Canonicaliser {
  return ofOne((p, x, node) => unary(p, kind, x, settings(node)));
}

export const elementwise: Canonicalisers = {
  ...table(plainUnary, plainOne),
  ...table([...arithmetic, ...logic, ...bitwise, ...comparisons], plainTwo),
  Max: ofSeveral((p, a, b) => binary(p, 'Max', a, b)),
  Min: ofSeveral((p, a, b) => binary(p, 'Min', a, b)),
  Sum: ofSeveral((p, a, b) => binary(p, 'Add', a, b)),
  Mean: ofSeveral(
    (p, a, b) => binary(p, 'Add', a, b),
    (p, sum, count) => (count === 1 ? sum : withNumber(p, 'Div', sum, count)),
  ),
  Pow: power,
  Mod: ofTwo((p, a, b, node) => binary(p, 'Mod', a, b, { fmod: integer(node, 'fmod', 0) !== 0 })),
  BitShift: ofTwo((p, a, b, node) =>
    binary(p, 'BitShift', a, b, { direction: requiredText(node, 'direction') === 'LEFT' ? 'LEFT' : 'RIGHT' }),
  ),
  Clip: clip,
  Cast: castTo,
  CastLike: castTo,
  Where: select,
  PRelu: parametricRelu,
  Shrink: shrink,
  Identity: ofOne((_, x) => x),
  Dropout: dropout,
  IsNaN: ofOne((p, x) => unary(p, 'IsNaN', x)),
  IsInf: withSettings('IsInf', (node) => ({
    negative: integer(node, 'detect_negative', 1) !== 0,
    positive: integer(node, 'detect_positive', 1) !== 0,
  })),
  Celu: withSettings('Celu', (node) => ({ alpha: number(node, 'alpha', 1) })),
  Elu: withSettings('Elu', (node) => ({ alpha: number(node, 'alpha', 1) })),
  Gelu: withSettings('Gelu', (node) => ({
    approximate: text(node, 'approximate', 'none') === 'tanh' ? 'tanh' : 'none',
  })),
  HardSigmoid: withSettings('HardSigmoid', (node) => ({
    alpha: number(node, 'alpha', 0.2),
    beta: number(node, 'beta', 0.5),
  })),
  LeakyRelu: withSettings('LeakyRelu', (node) => ({ alpha: number(node, 'alpha', 0.01) })),
  // Constants of Klambauer et al., "Self-normalizing neural networks" (2017), as the ONNX operator has them.
  Selu: withSettings('Selu', (node) => ({
    alpha: number(node, 'alpha', 1.6732632423543772),
    gamma: number(node, 'gamma', 1.0507009873554805),
  })),
  Swish: withSettings('Swish', (node) => ({ alpha: number(node, 'alpha', 1) })),
  SwiGLU: ofTwo((p, a, b, node) =>
    binary(p, 'Mul', unary(p, 'Swish', a, { alpha: number(node, 'alpha', 1) }), b),
  ),
  ThresholdedRelu: ofOne((p, x, node) =>
    where(p, withNumber(p, 'Greater', x, number(node, 'alpha', 1)), x, scalar(p, x, 0)),
  ),
};
