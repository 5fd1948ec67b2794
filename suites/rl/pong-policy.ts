/**
 * The policy network of Pong from pixels, and its policy-gradient step.
 *
 * Source: Andrej Karpathy, "Deep Reinforcement Learning: Pong from Pixels" (2016, karpathy.github.io/2016/05/31/rl) and its
 * program: the difference of two frames of 80 × 80, 200 hidden units with ReLU, one output whose sigmoid is the probability of
 * the action "up"; no biases. 6400·200 + 200 = 1,280,200 weights, each multiplied once.
 *
 * Acting (inference) includes sampling: an input u, uniform in [0, 1), selects "up" if it is below the probability. All targets
 * thus select the same action, so that it can be verified.
 *
 * Learning: the output z and a constant 0 are the logits of two classes, the first with probability σ(z). The loss is −advantage
 * · log of the probability of the action taken, with the same gradient as in the program. Advantages are the program's
 * discounted rewards (0.99, restarted at each point), standardised. A batch is 256 frames, in the program ten whole games. The
 * optimiser is RMSProp with decay 0.99 and learning rate 0.0001 as in the program, but not with its epsilon of 1e-5, whose
 * effect depends on whether a framework adds it inside or outside the square root (suites/optimisers.ts).
 *
 * Frames are generated (suites/data/pong.ts). Few pixels differ between frames; the weights are scaled for their number.
 */

import { at } from '../../common/at.js';
import { uniform } from '../../model/random.js';
import type { Workload } from '../../model/workload.js';
import { paintPong } from '../data/pong.js';

const size = 80;
const pixels = size * size;
const hidden = 200;
/** Pixels that differ between two frames: the ball and the edges of two paddles. */
const changedPixels = 20;
const discount = 0.99;

const pongPolicy: Workload = {
  name: 'pong-policy',
  title: 'policy network of Pong: difference of 80 × 80 frames, 200 hidden units, sampled action',
  source: 'Karpathy, Deep Reinforcement Learning: Pong from Pixels (2016)',
  family: 'rl',
  modes: ['inference', 'training'],
  batches: [1, 64],
  trainingBatches: [256],
  parameterCount: pixels * hidden + hidden,
  multiplyAdds: pixels * hidden + hidden,
  training: {
    loss: 'policy-gradient',
    optimiser: { name: 'rmsprop', learningRate: 0.0001, decay: 0.99, epsilon: 1e-15 },
    steps: 3,
  },
  tolerance: { output: 1e-5, loss: 1e-5, gradient: 1e-4, weight: 2e-3 },
  build(graph, batch, mode) {
    const x = graph.input('frames', [batch, pixels]);
    const units = graph.relu(graph.product(x, 'hidden', pixels, hidden, 2, changedPixels));
    const z = graph.product(units, 'output', hidden, 1, 1);
    if (mode === 'training') {
      const data = BigInt64Array.of(0n, 0n, 0n, 1n);
      const pads = graph.constant('behind', { type: 'int64', shape: [4], data });
      graph.output(graph.node('Pad', [z, pads]), [batch, 2]);
      return;
    }
    const u = graph.input('u', [batch, 1]);
    const up = graph.node('Sigmoid', [z]);
    graph.output(up, [batch, 1]);
    graph.output(graph.node('Cast', [graph.node('Less', [u, up])], { to: 1 }), [batch, 1]);
  },
  inputs(batch, buffer, mode) {
    const frames = {
      type: 'float32' as const,
      shape: [batch, pixels],
      data: frameDifferences(batch, buffer),
    };
    if (mode === 'inference') {
      const data = uniform(0, `pong-policy/u/${buffer}`, batch, 0, 1);
      return { frames, u: { type: 'float32', shape: [batch, 1], data } };
    }
    const drawn = uniform(0, `pong-policy/actions/${buffer}`, batch, 0, 1);
    const actions = Int32Array.from(drawn, (share) => Number(share < 0.5));
    return {
      frames,
      labels: { type: 'int32', shape: [batch], data: actions },
      advantages: { type: 'float32', shape: [batch], data: advantages(batch, buffer) },
    };
  },
};
export default pongPolicy;

/** Differences of successive frames: frame k is from game ⌊k / 32⌋ at time k mod 32. */
function frameDifferences(batch: number, buffer: number): Float32Array {
  const data = new Float32Array(batch * pixels);
  const before = new Float32Array(batch * pixels);
  for (let example = 0; example < batch; example++) {
    const number = Math.floor((buffer * batch + example) / 32);
    const time = (buffer * batch + example) % 32;
    paintPong(data, example * pixels, size, number, time, 1);
    paintPong(before, example * pixels, size, number, time - 1, 1);
  }
  return data.map((value, index) => value - at(before, index));
}

/** Standardised discounted rewards, [batch]. */
function advantages(batch: number, buffer: number): Float32Array {
  const points = uniform(0, `pong-policy/points/${buffer}`, batch, 0, 1);
  const returns = new Float64Array(batch);
  let future = 0;
  for (let frame = batch - 1; frame >= 0; frame--) {
    const share = at(points, frame);
    // About one frame in thirty scores a point, mostly for the opponent.
    const reward = share < 0.025 ? -1 : share < 0.033 ? 1 : 0;
    future = reward === 0 ? discount * future : reward;
    returns[frame] = future;
  }
  const mean = returns.reduce((sum, value) => sum + value, 0) / batch;
  const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / batch;
  return Float32Array.from(returns, (value) => (value - mean) / Math.sqrt(variance || 1));
}
