/** A GRU with `linear_before_reset`, which the layer of TensorFlow.js does not have: Keras's `resetAfter`. */
import type { Tensor } from '@tensorflow/tfjs';
import { at, required } from '../../../common/at.js';
import type { Tf } from '../tf.js';
import { type Native, operand } from './native.js';

interface Weights {
  /** [inputs, 3·hidden] and [hidden, 3·hidden], gates z, r, h. */
  readonly w: Tensor;
  readonly r: Tensor;
  /** [2, 3·hidden]: of the input and of the state; [3·hidden] where that of the state is zero. */
  readonly bias: Tensor | undefined;
  /** [batch, hidden] */
  readonly initialH: Tensor | undefined;
}

export const gru: Native<'GRU'> = (tf, { hidden, direction, given, read }) => {
  const suffixes = direction === 'bidirectional' ? ['', 'Backward'] : [''];
  return (inputs) => {
    const x = operand(inputs, 0);
    const named = new Map(given.map((name, place) => [name, operand(inputs, place + 1)]));
    const states = suffixes.map((suffix) => {
      const weights = {
        w: required(named, `w${suffix}`, 'operands of a GRU'),
        r: required(named, `r${suffix}`, 'operands of a GRU'),
        bias: named.get(`bias${suffix}`),
        initialH: named.get(`initialH${suffix}`),
      };
      const isBackward = suffix !== '' || direction === 'reverse';
      return statesOf(tf, x, hidden, weights, isBackward);
    });
    const last = joined(
      tf,
      states.map((own) => at(own, -1)),
    );
    if (!read.includes('sequence')) return [last, last];
    const sequences = states.map((own, place) => {
      const isBackward = at(suffixes, place) !== '' || direction === 'reverse';
      return tf.stack(isBackward ? own.toReversed() : own, 1);
    });
    return [joined(tf, sequences), last];
  };
};

/** Of both directions. */
function joined(tf: Tf, parts: Tensor[]): Tensor {
  return parts.length === 1 ? at(parts, 0) : tf.concat(parts, -1);
}

/** [batch, hidden] for each step, in the order in which they are taken. */
function statesOf(tf: Tf, x: Tensor, hidden: number, weights: Weights, isBackward: boolean): Tensor[] {
  const bias = weights.bias && biasesOf(tf, weights.bias, hidden);
  const inputs = projected(tf, x, weights.w, bias?.ofInput);
  const states: Tensor[] = [];
  let h = weights.initialH ?? tf.zeros([at(x.shape, 0), hidden]);
  for (const input of isBackward ? inputs.toReversed() : inputs) {
    const [z, r, candidate] = gatesOf(tf, input);
    const [recurrentZ, recurrentR, product] = gatesOf(tf, tf.matMul(h, weights.r));
    const [update, reset] = [tf.sigmoid(tf.add(z, recurrentZ)), tf.sigmoid(tf.add(r, recurrentR))];
    const fresh = tf.tanh(tf.add(candidate, tf.mul(reset, biased(tf, product, bias?.ofState))));
    // (1 − update) · fresh + update · h
    h = tf.add(fresh, tf.mul(update, tf.sub(h, fresh)));
    states.push(h);
  }
  return states;
}

/** What does not depend on the state, [batch, 3·hidden] for each step: one product before them. */
function projected(tf: Tf, x: Tensor, w: Tensor, bias: Tensor | undefined): Tensor[] {
  const [batch, steps, values] = [at(x.shape, 0), at(x.shape, 1), at(x.shape, 2)];
  const product = biased(tf, tf.matMul(tf.reshape(x, [batch * steps, values]), w), bias);
  return tf.unstack(tf.reshape(product, [batch, steps, -1]), 1);
}

/**
 * Every bias that is not reset, [3·hidden], and the one that is, [hidden]. With a batch axis of extent 1 the backend in JavaScript
 * would add them far more slowly.
 */
function biasesOf(
  tf: Tf,
  bias: Tensor,
  hidden: number,
): { readonly ofInput: Tensor; readonly ofState?: Tensor } {
  if (bias.rank === 1) return { ofInput: bias };
  const halves = tf.unstack(bias);
  const parts = tf.split(at(halves, 1), [2 * hidden, hidden]);
  const gates = tf.pad(at(parts, 0), [[0, hidden]]);
  return { ofInput: tf.add(at(halves, 0), gates), ofState: at(parts, 1) };
}

/**
 * z, r and h of one step. The backend in JavaScript is slow at parts that do not lie together: a split of all steps at once costs
 * more than everything else.
 */
function gatesOf(tf: Tf, x: Tensor): readonly [Tensor, Tensor, Tensor] {
  const parts = tf.split(x, 3, -1);
  return [at(parts, 0), at(parts, 1), at(parts, 2)];
}

function biased(tf: Tf, x: Tensor, bias: Tensor | undefined): Tensor {
  return bias ? tf.add(x, bias) : x;
}
