/**
 * What a first-time reader wants to know, within ten minutes on two cores: a picture, a sequence, a training step. Every target is
 * started in every round, which takes 15 of them a good twenty seconds for each of these; more comparisons would leave too few
 * rounds to rank them. On two cores these took 9 min 11 s with all of it (`npm run bench -- --suite headline`, environments and references
 * at hand), in ten of twelve planned rounds, which ranked all fifteen. Everything else of these workloads is in `cnn` and `lstm`.
 */
import type { Suite } from '../model/workload.js';

const headline: Suite = {
  name: 'headline',
  title: 'the few cells that a first-time reader wants, within ten minutes',
  workloads: [
    { workload: 'cifar10-cnn', batches: { inference: [1] } },
    { workload: 'row-lstm', batches: { inference: [1] } },
    { workload: 'lenet5', batches: { training: [64] } },
  ],
  budgetMs: 500_000,
};
export default headline;
