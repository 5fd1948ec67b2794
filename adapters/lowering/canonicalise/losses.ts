/** Classification losses within a graph. */
import { at } from '../../../common/at.js';
import { type GraphNode, integer, optionalInput, optionalOutput, text } from '../attributes.js';
import { binary, cast, reduce, reshape, scalar, unary, where, withNumber } from '../operations/emitter.js';
import type { Operand } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import { type Canonicaliser, type Canonicalisers, inputOf, outputOf } from './canonicaliser.js';

/** @param x log-likelihoods [batch, classes, …]; the node's second input is the targets [batch, …] */
function likelihoodLoss(node: GraphNode, p: Planner, x: Operand): Operand {
  const target = cast(p, p.plain(inputOf(node, 1)), p.held('int32'));
  const losses = unary(p, 'Neg', ofTarget(p, target, x));
  const weights = weightsOf(node, p, target, x);
  const weighted = weights ? binary(p, 'Mul', losses, weights) : losses;
  const all = losses.shape.map((_, axis) => axis);
  switch (text(node, 'reduction', 'mean')) {
    case 'none':
      return weighted;
    case 'sum':
      return reduce(p, 'ReduceSum', weighted, all, false);
    case 'mean':
      return weights
        ? binary(
            p,
            'Div',
            reduce(p, 'ReduceSum', weighted, all, false),
            reduce(p, 'ReduceSum', weights, all, false),
          )
        : reduce(p, 'ReduceMean', losses, all, false);
    default:
      return refuse(`reduction ${text(node, 'reduction', 'mean')} is not supported`);
  }
}

/** The element of x [batch or 1, classes, …] at the class of each target; zero for a target outside the classes. */
function ofTarget(p: Planner, target: Operand, x: Operand): Operand {
  const batch = at(target.shape, 0);
  const rest = target.shape.slice(1);
  const classes = at(x.shape, 1);
  const numbers = p.literal(
    target.type,
    [1, classes, ...rest.map(() => 1)],
    Array.from({ length: classes }, (_, index) => index),
  );
  const isOf = binary(p, 'Equal', reshape(p, target, [batch, 1, ...rest]), numbers);
  return reduce(p, 'ReduceSum', where(p, isOf, x, scalar(p, x, 0)), [1], false);
}

/** Weight of each target; undefined where all are 1. */
function weightsOf(node: GraphNode, p: Planner, target: Operand, x: Operand): Operand | undefined {
  const name = optionalInput(node, 2);
  const rest = target.shape.slice(1);
  const given =
    name === undefined
      ? undefined
      : ofTarget(p, target, reshape(p, p.plain(name), [1, at(x.shape, 1), ...rest.map(() => 1)]));
  if (!('ignore_index' in node.attributes)) return given;
  const isIgnored = withNumber(p, 'Equal', target, integer(node, 'ignore_index', 0));
  return where(p, isIgnored, scalar(p, x, 0), given ?? scalar(p, x, 1));
}

const negativeLogLikelihood: Canonicaliser = (node, p) => {
  p.define(outputOf(node), likelihoodLoss(node, p, p.plain(inputOf(node, 0))));
};

const softmaxCrossEntropy: Canonicaliser = (node, p) => {
  const logarithms = unary(p, 'LogSoftmax', p.plain(inputOf(node, 0)), { axis: 1 });
  p.define(outputOf(node), likelihoodLoss(node, p, logarithms));
  const second = optionalOutput(node, 1);
  if (second !== undefined) p.define(second, logarithms);
};

export const losses: Canonicalisers = {
  NegativeLogLikelihoodLoss: negativeLogLikelihood,
  SoftmaxCrossEntropyLoss: softmaxCrossEntropy,
};
