/**
 * Single products with a weight at published sizes: y = x·W, x: [N, k], W: [k, m].
 *
 * Source: Baidu Research, DeepBench, `code/kernels/gemm_problems.h` (m, n, k, where n is the batch): the square layers of vanilla
 * recurrent networks from the training set, the gates of a GRU and the language models of Deep Speech from the inference sets. Names
 * are m × k; other batches are `--batch`. In training it is the smallest batch of the training set, but not for the language models, whose
 * smallest is 8457: a step of those takes a server.
 */
import { kernel } from '../kernel.js';
import type { Workload } from '../workload.js';

interface Problem {
  readonly m: number;
  readonly k: number;
  /** Published. */
  readonly batches: readonly number[];
  /** In the training set. */
  readonly trainingBatch?: number;
}

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

const matrixProducts: readonly Workload[] = problems.map(({ m, k, batches, trainingBatch }) =>
  kernel({
    name: `gemm-${m}x${k}`,
    title: `product of a batch with a ${k}×${m} matrix`,
    source: 'DeepBench (Baidu Research), gemm_problems.h',
    family: 'micro',
    batches,
    parameterCount: m * k,
    multiplyAdds: m * k,
    shape: (batch) => [batch, k],
    outputShape: (batch) => [batch, m],
    compute: (graph, x) => graph.node('Gemm', [x, graph.parameter('weight', [k, m], k, 1)]),
    ...(trainingBatch === undefined ? {} : { training: { batches: [trainingBatch], learningRate: 0.01 } }),
  }),
);
export default matrixProducts;
