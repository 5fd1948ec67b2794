/**
 * Single recurrent layers at published sizes, over a whole sequence to the last hidden state.
 *
 * Source: Baidu Research, DeepBench, `code/kernels/rnn_problems.h` (hidden units, batch, steps, cell): the inference sets, and for
 * training the smallest batch of the training set. Included are all LSTMs except the one of 4096 units; the GRU of one step and
 * the shortest one of 1536 units; and layers of tanh units, of which those for devices are in the inference set only and the
 * square one is in the training set only. The other GRUs have up to 1500 steps of 2816 units, which exceeds a workstation, as
 * does a training step over 187 steps. Sequences have time first, as in cuDNN, and as many input values as units. DeepBench's
 * GRU is cuDNN's, ONNX's `linear_before_reset` = 1. Names: cell, units × steps.
 *
 * DeepBench does not time the products with the inputs, which are independent of one another, and times the weight gradients of
 * the backward pass separately. No common interface of the frameworks allows that: here the whole layer is timed, with twice
 * the multiply-adds of DeepBench's count, steps × gates × units².
 *
 * The small form has a quarter of the units, a quarter of the steps above 150, and a quarter of a batch of 16.
 */

import type { GraphBuilder, ValueName } from '../../model/builder.js';
import type { Workload } from '../../model/workload.js';
import { kernel } from '../kernel.js';

const gates = { rnn: 1, gru: 3, lstm: 4 } as const;
const titles = { rnn: 'a layer of tanh units', gru: 'a GRU layer', lstm: 'an LSTM layer' } as const;

interface Problem {
  readonly cell: keyof typeof gates;
  readonly hidden: number;
  readonly steps: number;
  /** For inference. */
  readonly batches: readonly number[];
  readonly trainingBatch?: number;
}

const problems: readonly Problem[] = [
  { cell: 'lstm', hidden: 512, steps: 25, batches: [1, 4], trainingBatch: 16 },
  { cell: 'lstm', hidden: 1024, steps: 25, batches: [1, 4], trainingBatch: 16 },
  { cell: 'lstm', hidden: 2048, steps: 25, batches: [1, 4], trainingBatch: 16 },
  { cell: 'lstm', hidden: 1536, steps: 50, batches: [1, 4], trainingBatch: 8 },
  { cell: 'lstm', hidden: 256, steps: 150, batches: [1, 4], trainingBatch: 16 },
  { cell: 'gru', hidden: 512, steps: 1, batches: [1, 4], trainingBatch: 32 },
  { cell: 'gru', hidden: 1536, steps: 187, batches: [1, 4] },
  { cell: 'rnn', hidden: 32, steps: 672, batches: [1] },
  { cell: 'rnn', hidden: 64, steps: 96, batches: [1] },
  { cell: 'rnn', hidden: 1760, steps: 50, batches: [16], trainingBatch: 16 },
];

function definitionOf({ cell, hidden, steps, batches, trainingBatch }: Problem, name: string) {
  return {
    name,
    title: `${titles[cell]} of ${hidden} units over ${steps === 1 ? 'one step' : `${steps} steps`}`,
    source: 'DeepBench (Baidu Research), rnn_problems.h',
    family: 'micro' as const,
    batches,
    // The recurrent half of the bias is not counted: see suites/lstm/row-lstm.ts.
    parameterCount: gates[cell] * hidden * (2 * hidden + 1),
    multiplyAdds: steps * gates[cell] * hidden * 2 * hidden,
    shape: (batch: number) => [steps, batch, hidden],
    outputShape: (batch: number) => [batch, hidden],
    compute: (graph: GraphBuilder, x: ValueName) => graph.squeeze(graph[cell](x, cell, hidden, hidden), [0]),
    ...(trainingBatch === undefined ? {} : { training: { batches: [trainingBatch], learningRate: 0.1 } }),
  };
}

function quarter(problem: Problem): Problem {
  const { hidden, steps, batches } = problem;
  return {
    ...problem,
    hidden: hidden / 4,
    steps: steps > 150 ? Math.ceil(steps / 4) : steps,
    batches: batches.map((batch) => (batch < 16 ? batch : batch / 4)),
  };
}

const recurrentLayers: readonly Workload[] = problems.map((problem) => {
  const { cell, hidden, steps } = problem;
  const name = `${cell}-${hidden}x${steps}`;
  const definition = definitionOf(problem, name);
  if (definition.multiplyAdds < 10_000_000) return kernel(definition);
  return kernel({
    ...definition,
    small: definitionOf(quarter(problem), `${name}-small`),
  });
});
export default recurrentLayers;
