/**
 * Single LSTM layers at published sizes, forward over a whole sequence, to the last hidden state.
 *
 * Source: Baidu Research, DeepBench, `code/kernels/rnn_problems.h` (hidden units, batch, steps), the LSTMs of its inference set, in
 * training at their smallest batch of the training set: a layer takes as many values as it has units. Sequences come with time first,
 * as cuDNN has them. Names are units × steps.
 *
 * The small form has a quarter of the units.
 */
import { kernel } from '../kernel.js';
import type { GraphBuilder, Value } from '../onnx/builder.js';
import type { Workload } from '../workload.js';

interface Problem {
  readonly hidden: number;
  readonly steps: number;
  readonly trainingBatch: number;
}

const problems: readonly Problem[] = [
  { hidden: 512, steps: 25, trainingBatch: 16 },
  { hidden: 1024, steps: 25, trainingBatch: 16 },
  { hidden: 2048, steps: 25, trainingBatch: 16 },
  { hidden: 1536, steps: 50, trainingBatch: 8 },
  { hidden: 256, steps: 150, trainingBatch: 16 },
];

function definitionOf({ hidden, steps, trainingBatch }: Problem, name: string) {
  return {
    name,
    title: `an LSTM layer of ${hidden} units over ${steps} steps`,
    source: 'DeepBench (Baidu Research), rnn_problems.h',
    family: 'micro' as const,
    batches: [1, 4],
    // The recurrent half of the bias is not counted: see suites/lstm/row-lstm.ts.
    parameterCount: 4 * hidden * (2 * hidden + 1),
    multiplyAdds: steps * 4 * hidden * 2 * hidden,
    shape: (batch: number) => [steps, batch, hidden],
    outputShape: (batch: number) => [batch, hidden],
    compute: (graph: GraphBuilder, x: Value) => graph.squeeze(graph.lstm(x, 'lstm', hidden, hidden), [0]),
    training: { batches: [trainingBatch], learningRate: 0.1 },
  };
}

const recurrentLayers: readonly Workload[] = problems.map((problem) => {
  const { hidden, steps } = problem;
  const name = `lstm-${hidden}x${steps}`;
  return kernel({
    ...definitionOf(problem, name),
    small: definitionOf({ ...problem, hidden: hidden / 4 }, `${name}-small`),
  });
});
export default recurrentLayers;
