/** Normalisations. */
import { at, defined } from '../../../common/at.js';
import {
  type GraphNode,
  integer,
  number,
  optionalInput,
  optionalOutput,
  requiredInteger,
} from '../attributes.js';
import { affine, batchNormalised, standardised } from '../decompositions/normalisation.js';
import { sameList } from '../lists.js';
import {
  along,
  binary,
  cast,
  expand,
  one,
  optional,
  reduce,
  reshape,
  scalar,
  unary,
  where,
  withNumber,
} from '../operations/emitter.js';
import { imageAxes } from '../operations/layout.js';
import type { Operand, Operands, Operations } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import {
  type Canonicaliser,
  type Canonicalisers,
  inputOf,
  isRead,
  outputOf,
  positive,
} from './canonicaliser.js';
import { powerOf, rootOf } from './windows.js';

/** With given statistics, or in training_mode with those of the batch. */
const batchNormalization: Canonicaliser = (node, p) => {
  if (integer(node, 'spatial', 1) === 0) refuse('spatial 0 is not supported');
  if (isByBatch(node) && p.mode === 'inference') {
    normalizedByBatch(node, p);
    return;
  }
  if (node.outputs.slice(1).some((name) => isRead(p, name)))
    refuse('outputs with running statistics are not supported where they are read');
  const { operand, axes } = p.value(inputOf(node, 0));
  const input = (position: number) => cast(p, p.plain(inputOf(node, position)), operand.type);
  const settings = { axis: axes.indexOf(1), epsilon: number(node, 'epsilon', 1e-5) };
  const operands = [operand, input(1), input(2), input(3), input(4)] as const;
  p.define(outputOf(node), batchNormalisedBy(node, p, operands, settings), axes);
};

function batchNormalisedBy(
  node: GraphNode,
  p: Planner,
  operands: Operands['BatchNormalization'],
  settings: Operations['BatchNormalization'],
): Operand {
  const [x] = operands;
  if (isByBatch(node)) {
    const momentum = number(node, 'momentum', 0.9);
    return one(p, 'TrainingBatchNormalization', { ...settings, momentum }, operands, x);
  }
  const isFrozen = [3, 4].every((position) => {
    const name = inputOf(node, position);
    return p.isConstant(name) && !p.isTrained(name);
  });
  if (p.mode === 'inference' || isFrozen) return one(p, 'BatchNormalization', settings, operands, x);
  // Kernels have no gradients with respect to given statistics.
  return at(defined(batchNormalised(p, settings, operands, [x]), 'the decomposition'), 0);
}

function isByBatch(node: GraphNode): boolean {
  return integer(node, 'training_mode', 0) !== 0;
}

/** training_mode in inference, since operator set 14: statistics of the batch, which update the running ones. */
function normalizedByBatch(node: GraphNode, p: Planner): void {
  const { operand, axes } = p.value(inputOf(node, 0));
  const axis = axes.indexOf(1);
  const over = [...operand.shape.keys()].filter((each) => each !== axis);
  const mean = reduce(p, 'ReduceMean', operand, over, false);
  const rank = operand.shape.length;
  const centred = binary(p, 'Sub', operand, along(p, mean, axis, rank));
  const variance = reduce(p, 'ReduceMean', binary(p, 'Mul', centred, centred), over, false);
  const settings = { axis, epsilon: number(node, 'epsilon', 1e-5) };
  const given = (position: number) => cast(p, p.plain(inputOf(node, position)), operand.type);
  const operands = [operand, given(1), given(2), mean, variance] as const;
  p.define(outputOf(node), one(p, 'BatchNormalization', settings, operands, operand), axes);
  const momentum = number(node, 'momentum', 0.9);
  for (const [position, fresh] of [mean, variance].entries()) {
    const name = optionalOutput(node, position + 1);
    if (name === undefined) continue;
    const kept = withNumber(p, 'Mul', given(position + 3), momentum);
    const running = binary(p, 'Add', kept, withNumber(p, 'Mul', fresh, 1 - momentum));
    p.define(name, cast(p, running, p.held(p.type(name))));
  }
}

function imageOf(node: GraphNode, p: Planner): { x: Operand; axes: readonly number[] } {
  const axes = imageAxes(p.capabilities.channels, p.shape(inputOf(node, 0)).length);
  return { x: p.arranged(inputOf(node, 0), axes), axes };
}

const instanceNormalization: Canonicaliser = (node, p) => {
  const { x, axes } = imageOf(node, p);
  if (axes.length < 3) refuse('an input without spatial axes is not supported');
  const operands = [x, p.plain(inputOf(node, 1)), p.plain(inputOf(node, 2))] as const;
  const settings = { epsilon: number(node, 'epsilon', 1e-5) };
  p.define(outputOf(node), one(p, 'InstanceNormalization', settings, operands, x), axes);
};

/** Before operator set 21 scale and bias are per group, since then per channel. */
const groupNormalization: Canonicaliser = (node, p) => {
  const { x, axes } = imageOf(node, p);
  const groups = requiredInteger(node, 'num_groups');
  const channels = at(p.shape(inputOf(node, 0)), 1);
  const perChannel = (position: number) => {
    const given = p.plain(inputOf(node, position));
    if (p.graph.opset >= 21) return given;
    return reshape(p, expand(p, reshape(p, given, [groups, 1]), [groups, channels / groups]), [channels]);
  };
  const settings = { groups, epsilon: number(node, 'epsilon', 1e-5) };
  p.define(
    outputOf(node),
    one(p, 'GroupNormalization', settings, [x, perChannel(1), perChannel(2)], x),
    axes,
  );
};

/** Kernels do not give mean and deviation, which are float32 for any input; where they are read it is decomposed. */
const layerNormalization: Canonicaliser = (node, p) => {
  const x = p.plain(inputOf(node, 0));
  const axis = positive(integer(node, 'axis', -1), x.shape.length);
  const axes = [...x.shape.keys()].slice(axis);
  const epsilon = number(node, 'epsilon', 1e-5);
  const scale = p.plain(inputOf(node, 1));
  const given = optionalInput(node, 2);
  const bias = given === undefined ? undefined : p.plain(given);
  const [mean, deviation] = [optionalOutput(node, 1), optionalOutput(node, 2)];
  const isWhole = [scale, bias].every((each) => !each || sameList(each.shape, x.shape.slice(axis)));
  if (isWhole && !isRead(p, mean) && !isRead(p, deviation)) {
    const operands = [x, scale, ...optional(bias)] as const;
    p.define(outputOf(node), one(p, 'LayerNormalization', { axes, epsilon }, operands, x));
    return;
  }
  const found = standardised(p, stashed(p, x, node), axes, epsilon);
  p.define(outputOf(node), affine(p, cast(p, found.result, x.type), scale, bias));
  if (mean) p.define(mean, cast(p, found.mean, p.held(p.type(mean))));
  if (deviation) p.define(deviation, cast(p, found.inverse, p.held(p.type(deviation))));
};

/** In the type of the first stage, stash_type: float32 for float16 inputs. */
function stashed(p: Planner, x: Operand, node: GraphNode): Operand {
  return x.type === 'float16' && integer(node, 'stash_type', 1) === 1 ? cast(p, x, p.held('float32')) : x;
}

const rmsNormalization: Canonicaliser = (node, p) => {
  const x = p.plain(inputOf(node, 0));
  const axis = positive(integer(node, 'axis', -1), x.shape.length);
  const axes = [...x.shape.keys()].slice(axis);
  const own = stashed(p, x, node);
  const mean = reduce(p, 'ReduceMean', binary(p, 'Mul', own, own), axes, true);
  const root = unary(p, 'Sqrt', withNumber(p, 'Add', mean, number(node, 'epsilon', 1e-5)));
  const scaled = cast(p, binary(p, 'Div', own, root), x.type);
  p.define(outputOf(node), binary(p, 'Mul', scaled, p.plain(inputOf(node, 1))));
};

/** A norm of zero divides by one. */
const lpNormalization: Canonicaliser = (node, p) => {
  const { operand, axes } = p.value(inputOf(node, 0));
  const axis = axes.indexOf(positive(integer(node, 'axis', -1), axes.length));
  const order = integer(node, 'p', 2);
  const norm = rootOf(p, reduce(p, 'ReduceSum', powerOf(p, operand, order), [axis], true), order);
  const divisor = where(p, withNumber(p, 'Equal', norm, 0), scalar(p, norm, 1), norm);
  p.define(outputOf(node), binary(p, 'Div', operand, divisor), axes);
};

const localResponseNormalization: Canonicaliser = (node, p) => {
  const { operand, axes } = p.value(inputOf(node, 0));
  const settings = {
    axis: axes.indexOf(1),
    size: requiredInteger(node, 'size'),
    alpha: number(node, 'alpha', 0.0001),
    beta: number(node, 'beta', 0.75),
    bias: number(node, 'bias', 1),
  };
  p.define(outputOf(node), unary(p, 'LRN', operand, settings), axes);
};

export const normalisation: Canonicalisers = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: instanceNormalization,
  GroupNormalization: groupNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  LpNormalization: lpNormalization,
  LRN: localResponseNormalization,
};
