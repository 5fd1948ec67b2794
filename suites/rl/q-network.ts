/**
 * The deep Q-network of Atari games, and its update.
 *
 * Source: Mnih et al., "Human-level control through deep reinforcement learning", Nature 518 (2015), methods and extended data table
 * 1: four frames of 84 × 84; convolutions of 32 8 × 8 by 4, 64 4 × 4 by 2 and 64 3 × 3; 512 units; a value for each action,
 * of which a game has 4 to 18: here 4, as in Breakout. 1,686,180 parameters (8224 + 32,832 + 36,928 + 1,606,144 + 2052),
 * 9,345,024 multiply-adds.
 *
 * Acting (inference) includes the choice: the best action, or with a probability of 0.05, as the paper evaluates, a random one.
 * Two random numbers for that come with the frames, so that every target chooses the same.
 *
 * The update, on 32 transitions from the replay memory: the target network, an older copy whose weights stand still, values the next
 * states; the error of an action is its value less reward + 0.99 · the best of those, and the loss Huber's of the action that was
 * taken, which is the paper's clipping of the error's derivative to ±1. The paper's rule is RMSProp with momentum, centred: by the
 * deviation of the gradients, not the root of their squares. That is another than model/workload.ts has; here it is momentum.
 *
 * Frames are drawn (suites/data/pong.ts): what is computed does not depend on the game.
 *
 * The small form has the same frames and an eighth of the width: 27,544 parameters (1028 + 520 + 584 + 25,152 + 260), 504,640
 * multiply-adds.
 */

import type { GraphBuilder, ValueName } from '../../model/builder.js';
import { uniform } from '../../model/random.js';
import type { Workload } from '../../model/workload.js';
import { paintPong } from '../data/pong.js';

const size = 84;
const history = 4;
const actions = 4;
const discount = 0.99;
const exploration = 0.05;

interface Form {
  readonly title: string;
  readonly parameterCount: number;
  readonly multiplyAdds: number;
  /** Filters of the three convolutions, and units. */
  readonly widths: Widths;
}

type Widths = readonly [number, number, number, number];

function qNetwork(name: string, { widths, ...form }: Form, small?: Workload): Workload {
  return {
    name,
    source: 'Mnih et al., Human-level control through deep reinforcement learning (Nature, 2015)',
    family: 'rl',
    modes: ['inference', 'training'],
    batches: [1, 32],
    trainingBatches: [32],
    ...form,
    training: {
      loss: 'huber',
      optimiser: { name: 'sgd', learningRate: 0.001, momentum: 0.9 },
      steps: 3,
    },
    tolerance: { output: 1e-5, loss: 1e-5, gradient: 1e-4, weight: 2e-3 },
    ...(small ? { small } : {}),
    build(graph, batch, mode) {
      const q = values(graph, graph.input('states', [batch, history, size, size]), 'q', widths);
      if (mode === 'training') {
        graph.output(graph.node('Sub', [q, wanted(graph, batch, widths)]), [batch, actions]);
        return;
      }
      graph.output(q, [batch, actions]);
      const u = graph.input('u', [batch]);
      const other = graph.input('random_actions', [batch], 'int64');
      const best = graph.node('ArgMax', [q], { axis: 1, keepdims: 0 });
      const explores = graph.node('Less', [u, graph.scalar('exploration', exploration)]);
      graph.output(graph.node('Where', [explores, other, best]), [batch], 'int64');
    },
    inputs(batch, buffer, mode) {
      const states = frames(batch, buffer, 0);
      const drawn = uniform(0, `q-network/${buffer}`, 4 * batch, 0, 1);
      const part = (index: number) => drawn.subarray(index * batch, (index + 1) * batch);
      const chosen = Array.from(part(0), (share) => Math.floor(share * actions));
      if (mode === 'inference') {
        return {
          states,
          u: { type: 'float32', shape: [batch], data: part(1) },
          random_actions: { type: 'int64', shape: [batch], data: BigInt64Array.from(chosen, BigInt) },
        };
      }
      const rewards = part(2).map((share) => (share < 0.1 ? -1 : share < 0.2 ? 1 : 0));
      // A tenth of the transitions end a game, behind which nothing is to be won.
      const discounts = part(3).map((share) => (share < 0.1 ? 0 : discount));
      return {
        states,
        next_states: frames(batch, buffer, 1),
        discounts: { type: 'float32', shape: [batch, 1], data: discounts },
        rewards: { type: 'float32', shape: [batch, 1], data: rewards },
        labels: { type: 'int32', shape: [batch], data: Int32Array.from(chosen) },
      };
    },
  };
}

const small = qNetwork('q-network-small', {
  title:
    'Q-network of Atari games, an eighth as wide: four 84 × 84 frames, three convolutions, the action chosen',
  parameterCount: 27_544,
  multiplyAdds: 504_640,
  widths: [4, 8, 8, 64],
});

export default qNetwork(
  'q-network',
  {
    title: 'Q-network of Atari games: four 84 × 84 frames, three convolutions, the action chosen',
    parameterCount: 1_686_180,
    multiplyAdds: 9_345_024,
    widths: [32, 64, 64, 512],
  },
  small,
);

/** [batch, history, size, size] → the value of each action, [batch, actions]. */
function values(
  graph: GraphBuilder,
  x: ValueName,
  name: string,
  [one, two, three, units]: Widths,
): ValueName {
  const layer = (
    from: ValueName,
    index: number,
    channels: number,
    filters: number,
    kernel: number,
    stride: number,
  ) =>
    graph.relu(
      graph.convolution(from, `${name}.conv${index}`, {
        channels,
        filters,
        kernel: [kernel, kernel],
        stride,
      }),
    );
  const first = layer(x, 1, history, one, 8, 4);
  const third = layer(layer(first, 2, one, two, 4, 2), 3, two, three, 3, 1);
  const hidden = graph.relu(graph.gemm(graph.flatten(third), `${name}.fc`, 7 * 7 * three, units, 2));
  return graph.gemm(hidden, `${name}.values`, units, actions, 1);
}

/** What the taken actions should have been valued, [batch, 1]. */
function wanted(graph: GraphBuilder, batch: number, widths: Widths): ValueName {
  const next = graph.input('next_states', [batch, history, size, size]);
  const later = graph.frozen(() => values(graph, next, 'target', widths));
  const best = graph.node('ReduceMax', [later], { axes: [1], keepdims: 1 });
  const discounted = graph.node('Mul', [graph.input('discounts', [batch, 1]), best]);
  return graph.add(graph.input('rewards', [batch, 1]), discounted);
}

/** A game for each example, from frame `from` on. */
function frames(batch: number, buffer: number, from: number) {
  const data = new Float32Array(batch * history * size * size);
  for (let example = 0; example < batch; example++) {
    for (let frame = 0; frame < history; frame++) {
      const offset = (example * history + frame) * size * size;
      // Grey levels of the screen, of 255.
      data.fill(87 / 255, offset, offset + size * size);
      paintPong(data, offset, size, buffer * batch + example, from + frame, 236 / 255);
    }
  }
  return { type: 'float32' as const, shape: [batch, history, size, size], data };
}
