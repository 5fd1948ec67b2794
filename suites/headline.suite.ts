/**
 * A first comparison of more than the default run within ten minutes on two cores: a larger network, a sequence, training in
 * batches. The other modes and batches of these workloads are in `cnn` and `lstm`.
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
