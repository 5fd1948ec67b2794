/**
 * The deep Q-network of Atari games, and its update.
 *
 * Source: Mnih et al., "Human-level control through deep reinforcement learning", Nature 518 (2015), methods and extended data
 * table 1: four frames of 84 × 84; convolutions with 32 filters of 8 × 8 and stride 4, 64 of 4 × 4 and stride 2, 64 of 3 × 3; 512
 * units; a value for each of the actions, 4 to 18 depending on the game: here 4, as in Breakout. 1,686,180 parameters (8224 +
 * 32,832 + 36,928 + 1,606,144 + 2052), 9,345,024 multiply-adds.
 *
 * Acting (inference) includes the selection: the action with the largest value, or, with probability 0.05 as in the paper's
 * evaluation, a random one. The random numbers are inputs, so that all targets select the same action.
 *
 * The update uses 32 transitions from the replay memory. The target network, an older copy with frozen weights, evaluates the
 * next states; the error of an action is its value minus (reward + 0.99 · the largest next value); the loss is the Huber loss of
 * the action taken, equal to the paper's clipping of the error's derivative to ±1. The paper's optimiser is centred RMSProp with
 * momentum, which model/workload.ts does not define; here it is momentum.
 *
 * Frames are generated (suites/data/pong.ts); the amount of computation does not depend on the game.
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
  /** Filters of the three convolutions, and hidden units. */
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
      const q = actionValues(graph, graph.input('states', [batch, history, size, size]), 'q', widths);
      if (mode === 'training') {
        graph.output(graph.node('Sub', [q, targetValues(graph, batch, widths)]), [batch, actions]);
        return;
      }
      graph.output(q, [batch, actions]);
      const u = graph.input('u', [batch]);
      const random = graph.input('random_actions', [batch], 'int64');
      const best = graph.node('ArgMax', [q], { axis: 1, keepdims: 0 });
      const explores = graph.node('Less', [u, graph.scalar('exploration', exploration)]);
      graph.output(graph.node('Where', [explores, random, best]), [batch], 'int64');
    },
    inputs(batch, buffer, mode) {
      const states = frames(batch, buffer, 0);
      const drawn = uniform(0, `q-network/${buffer}`, 4 * batch, 0, 1);
      const part = (index: number) => drawn.subarray(index * batch, (index + 1) * batch);
      const actionsTaken = Array.from(part(0), (share) => Math.floor(share * actions));
      if (mode === 'inference') {
        return {
          states,
          u: { type: 'float32', shape: [batch], data: part(1) },
          random_actions: { type: 'int64', shape: [batch], data: BigInt64Array.from(actionsTaken, BigInt) },
        };
      }
      const rewards = part(2).map((share) => (share < 0.1 ? -1 : share < 0.2 ? 1 : 0));
      // A tenth of the transitions end a game: no further reward.
      const discounts = part(3).map((share) => (share < 0.1 ? 0 : discount));
      return {
        states,
        next_states: frames(batch, buffer, 1),
        discounts: { type: 'float32', shape: [batch, 1], data: discounts },
        rewards: { type: 'float32', shape: [batch, 1], data: rewards },
        labels: { type: 'int32', shape: [batch], data: Int32Array.from(actionsTaken) },
      };
    },
  };
}

const small = qNetwork('q-network-small', {
  title:
    'Q-network of Atari games at an eighth of the width: four 84 × 84 frames, three convolutions, selected action',
  parameterCount: 27_544,
  multiplyAdds: 504_640,
  widths: [4, 8, 8, 64],
});

export default qNetwork(
  'q-network',
  {
    title: 'Q-network of Atari games: four 84 × 84 frames, three convolutions, selected action',
    parameterCount: 1_686_180,
    multiplyAdds: 9_345_024,
    widths: [32, 64, 64, 512],
  },
  small,
);

/** x: [batch, history, size, size] → the value of each action, [batch, actions]. @param name prefix of the weights' names */
function actionValues(
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

/** Reward + discount · the largest value of the next state, by the frozen target network: [batch, 1]. */
function targetValues(graph: GraphBuilder, batch: number, widths: Widths): ValueName {
  const next = graph.input('next_states', [batch, history, size, size]);
  const later = graph.frozen(() => actionValues(graph, next, 'target', widths));
  const best = graph.node('ReduceMax', [later], { axes: [1], keepdims: 1 });
  const discounted = graph.node('Mul', [graph.input('discounts', [batch, 1]), best]);
  return graph.add(graph.input('rewards', [batch, 1]), discounted);
}

/** A game for each example, starting at frame `from`. */
function frames(batch: number, buffer: number, from: number) {
  const data = new Float32Array(batch * history * size * size);
  for (let example = 0; example < batch; example++) {
    for (let frame = 0; frame < history; frame++) {
      const offset = (example * history + frame) * size * size;
      // The console's grey levels: 87 for the background, 236 for paddles and ball.
      data.fill(87 / 255, offset, offset + size * size);
      paintPong(data, offset, size, buffer * batch + example, from + frame, 236 / 255);
    }
  }
  return { type: 'float32' as const, shape: [batch, history, size, size], data };
}
