/**
 * A first comparison within ten minutes on two cores: an image, a sequence, a training step. Every target is started in every
 * round, which takes about twenty seconds for 15 targets; further cells would leave too few rounds to rank them. On two cores
 * the suite took 9 min 11 s (`npm run bench -- --suite headline`, environments and references present): ten of twelve planned
 * rounds, which ranked all fifteen targets. The other modes and batches of these workloads are in `cnn` and `lstm`.
 */
import type { Suite } from '../model/workload.js';

const headline: Suite = {
  name: 'headline',
  title: 'a first comparison within ten minutes',
  workloads: [
    { workload: 'cifar10-cnn', batches: { inference: [1] } },
    { workload: 'row-lstm', batches: { inference: [1] } },
    { workload: 'lenet5', batches: { training: [64] } },
  ],
  budgetMs: 500_000,
};
export default headline;
