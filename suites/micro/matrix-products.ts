/**
 * Single matrix products with a weight at published sizes: y = x·W, x: [N, k], W: [k, m].
 *
 * Source: Baidu Research, DeepBench, `code/kernels/gemm_problems.h` (m, n, k, where n is the batch): the square layers of vanilla
 * recurrent networks from the training set, the gates of a GRU and the language models of Deep Speech from the inference sets.
 * Names: m × k; `--batch` selects other batches. Training uses the smallest batch of the training set, except for the language
 * models, whose smallest batch of 8457 exceeds a workstation.
 *
 * Products of fifty million multiply-adds or more have a small form: a quarter of each side.
 */

import type { GraphBuilder, ValueName } from '../../model/builder.js';
import type { Workload } from '../../model/workload.js';
import { kernel } from '../kernel.js';

interface Problem {
  readonly m: number;
  readonly k: number;
  /** As published. */
  readonly batches: readonly number[];
  /** Smallest batch in the training set, if the size is in it. */
  readonly trainingBatch?: number;
}

/** Multiply-adds of an iteration from which on there is a small form. */
const minForSmallForm = 50_000_000;

const problems: readonly Problem[] = [
  { m: 512, k: 512, batches: [1, 16], trainingBatch: 16 },
  { m: 1760, k: 1760, batches: [16, 128], trainingBatch: 16 },
  { m: 2560, k: 2560, batches: [16, 128], trainingBatch: 16 },
  { m: 4096, k: 4096, batches: [16, 128], trainingBatch: 16 },
  { m: 3072, k: 1024, batches: [1, 4], trainingBatch: 16 },
  { m: 7680, k: 2560, batches: [1, 4], trainingBatch: 16 },
  { m: 35, k: 2048, batches: [700] },
  { m: 5124, k: 2048, batches: [700] },
];

function definitionOf({ m, k, batches, trainingBatch }: Problem, name: string) {
  return {
    name,
    title: `product of a batch with a ${k}×${m} matrix`,
    source: 'DeepBench (Baidu Research), gemm_problems.h',
    family: 'micro' as const,
    batches,
    parameterCount: m * k,
    multiplyAdds: m * k,
    shape: (batch: number) => [batch, k],
    outputShape: (batch: number) => [batch, m],
    compute: (graph: GraphBuilder, x: ValueName) =>
      graph.node('Gemm', [x, graph.parameter('weight', [k, m], k, 1)]),
    ...(trainingBatch === undefined ? {} : { training: { batches: [trainingBatch], learningRate: 0.01 } }),
  };
}

/** A quarter of each side, or a sixteenth of the longer one if the other is short; a seventh of batches in the hundreds. */
function quarter({ m, k, batches, ...rest }: Problem): Problem {
  const sides = m < 64 ? { m, k: k / 16 } : { m: m / 4, k: k / 4 };
  return { ...rest, ...sides, batches: batches.map((batch) => (batch < 200 ? batch : batch / 7)) };
}

const matrixProducts: readonly Workload[] = problems.map((problem) => {
  const { m, k, batches } = problem;
  const definition = definitionOf(problem, `gemm-${m}x${k}`);
  if (m * k * Math.min(...batches) < minForSmallForm) return kernel(definition);
  return kernel({ ...definition, small: definitionOf(quarter(problem), `${definition.name}-small`) });
});
export default matrixProducts;
