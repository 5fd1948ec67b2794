/**
 * The policy network of Pong from pixels, and its policy-gradient step.
 *
 * Source: Andrej Karpathy, "Deep Reinforcement Learning: Pong from Pixels" (2016, karpathy.github.io/2016/05/31/rl) and the program
 * with it: the difference of two frames of 80 × 80, 200 hidden units rectified, one output whose sigmoid is the probability of
 * going up; no biases. 6400·200 + 200 = 1,280,200 weights, each multiplied once.
 *
 * Acting (inference) includes the sampling: a number u that is uniform in [0, 1) comes with the frame, and the paddle goes up where
 * u is below the probability. That makes the same choice of every target, so that it can be verified.
 *
 * Learning: the output z beside a constant 0 is a softmax of two classes, whose first has the probability σ(z); the loss is
 * −advantage·log of the probability of what was done, whose gradient is the program's. Advantages are its discounted rewards
 * (0.99, beginning anew at each point), less their mean, over their deviation. A batch is 256 frames; the program's is ten whole
 * games. Its rule is RMSProp with a decay of 0.99 at a rate of 0.0001, and so is this one. Its epsilon of 1e-5 would show where a framework adds it, inside the root or outside: this one is too small for
 * that (suites/optimisers.ts).
 *
 * Frames are drawn (suites/data/pong.ts). Few of their pixels differ: weights are scaled for those that do.
 */

import { uniform } from '../../model/random.js';
import type { Workload } from '../../model/workload.js';
import { paintPong } from '../data/pong.js';

const size = 80;
const pixels = size * size;
const hidden = 200;
/** Of two frames; a ball and the rims of two paddles. */
const pixelsThatDiffer = 20;
const discount = 0.99;

const pongPolicy: Workload = {
  name: 'pong-policy',
  title: 'policy of Pong: differences of 80 × 80 frames, 200 hidden units, the action sampled',
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
    const units = graph.relu(graph.product(x, 'hidden', pixels, hidden, 2, pixelsThatDiffer));
    const z = graph.product(units, 'output', hidden, 1, 1);
    if (mode === 'training') {
      const data = BigInt64Array.of(0n, 0n, 0n, 1n);
      const behind = graph.constant('behind', { type: 'int64', shape: [4], data });
      graph.output(graph.node('Pad', [z, behind]), [batch, 2]);
      return;
    }
    const u = graph.input('u', [batch, 1]);
    const up = graph.node('Sigmoid', [z]);
    graph.output(up, [batch, 1]);
    graph.output(graph.node('Cast', [graph.node('Less', [u, up])], { to: 1 }), [batch, 1]);
  },
  inputs(batch, buffer, mode) {
    const frames = { type: 'float32' as const, shape: [batch, pixels], data: differences(batch, buffer) };
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

/** Frame k of a batch is of game k / 32, at time k mod 32. */
function differences(batch: number, buffer: number): Float32Array {
  const data = new Float32Array(batch * pixels);
  const before = new Float32Array(batch * pixels);
  for (let example = 0; example < batch; example++) {
    const number = Math.floor((buffer * batch + example) / 32);
    const time = (buffer * batch + example) % 32;
    paintPong(data, example * pixels, size, number, time, 1);
    paintPong(before, example * pixels, size, number, time - 1, 1);
  }
  return data.map((value, place) => value - (before[place] ?? 0));
}

function advantages(batch: number, buffer: number): Float32Array {
  const points = uniform(0, `pong-policy/points/${buffer}`, batch, 0, 1);
  const returns = new Float64Array(batch);
  let ahead = 0;
  for (let frame = batch - 1; frame >= 0; frame--) {
    const share = points[frame] ?? 0;
    // About one frame in thirty is a point, most of them lost.
    const reward = share < 0.025 ? -1 : share < 0.033 ? 1 : 0;
    ahead = reward === 0 ? discount * ahead : reward;
    returns[frame] = ahead;
  }
  const mean = returns.reduce((sum, value) => sum + value, 0) / batch;
  const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / batch;
  return Float32Array.from(returns, (value) => (value - mean) / Math.sqrt(variance || 1));
}
