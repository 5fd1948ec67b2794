/** A GRU with `linear_before_reset`, which the layer of TensorFlow.js does not have: Keras's `resetAfter`. */
import type { Tensor } from '@tensorflow/tfjs';
import { at, required } from '../../../common/at.js';
import type { Tf } from '../tf.js';
import { type Native, operand } from './native.js';

interface Weights {
  /** [inputs, 3·hidden] and [hidden, 3·hidden], gates z, r, h. */
  readonly w: Tensor;
  readonly r: Tensor;
  /** [2, 3·hidden]: of the input and of the state. */
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
    const last = tf.concat(
      states.map((own) => at(own, -1)),
      -1,
    );
    // Unread results are freed, and so may not be a tensor that is read.
    if (!read.includes('sequence')) return [last.clone(), last];
    const sequences = states.map((own, place) => {
      const isBackward = at(suffixes, place) !== '' || direction === 'reverse';
      return tf.stack(isBackward ? own.toReversed() : own, 1);
    });
    return [tf.concat(sequences, -1), last];
  };
};

/** [batch, hidden] for each step, in the order in which they are taken. */
function statesOf(tf: Tf, x: Tensor, hidden: number, weights: Weights, isBackward: boolean): Tensor[] {
  const { gates, candidates, bias } = projected(tf, x, hidden, weights);
  const order = isBackward ? [...gates.keys()].toReversed() : [...gates.keys()];
  const states: Tensor[] = [];
  let h = weights.initialH ?? tf.zeros([at(x.shape, 0), hidden]);
  for (const step of order) {
    const [recurrentGates, product] = partsOf(tf, tf.matMul(h, weights.r), hidden);
    const both = tf.split(tf.sigmoid(tf.add(at(gates, step), recurrentGates)), 2, -1);
    const [update, reset] = [at(both, 0), at(both, 1)];
    const kept = tf.mul(reset, bias ? tf.add(product, bias) : product);
    const fresh = tf.tanh(tf.add(at(candidates, step), kept));
    // (1 − update) · fresh + update · h
    h = tf.add(fresh, tf.mul(update, tf.sub(h, fresh)));
    states.push(h);
  }
  return states;
}

/** What does not depend on the state, by step: one product before them, with every bias that is not reset. */
function projected(tf: Tf, x: Tensor, hidden: number, { w, bias }: Weights) {
  const [batch, steps, values] = [at(x.shape, 0), at(x.shape, 1), at(x.shape, 2)];
  const product = tf.reshape(tf.matMul(tf.reshape(x, [batch * steps, values]), w), [
    batch,
    steps,
    3 * hidden,
  ]);
  const [ofGates, ofCandidates] = partsOf(tf, product, hidden);
  if (!bias) return { gates: tf.unstack(ofGates, 1), candidates: tf.unstack(ofCandidates, 1) };
  const [gateBiases, candidateBiases] = partsOf(tf, bias, hidden);
  const [ofInput, ofState] = [tf.slice(candidateBiases, 0, 1), tf.slice(candidateBiases, 1, 1)];
  return {
    gates: tf.unstack(tf.add(ofGates, tf.sum(gateBiases, 0)), 1),
    candidates: tf.unstack(tf.add(ofCandidates, ofInput), 1),
    bias: ofState,
  };
}

/** Of the two gates, and of the candidate. */
function partsOf(tf: Tf, x: Tensor, hidden: number): readonly [Tensor, Tensor] {
  const parts = tf.split(x, [2 * hidden, hidden], -1);
  return [at(parts, 0), at(parts, 1)];
}
