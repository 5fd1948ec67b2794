/**
 * What a first-time reader wants to know, within ten minutes on two cores: a picture through a small network and through one that
 * people deploy, one sequence, and a training step of each kind. Every other batch and mode of these is in `cnn` and `lstm`.
 */
import type { Suite } from './workload.js';

const headline: Suite = {
  name: 'headline',
  title: 'the few cells that a first-time reader wants, within ten minutes',
  workloads: [
    { workload: 'cifar10-cnn', batches: { inference: [1] } },
    { workload: 'mobilenetv2', batches: { inference: [1] } },
    { workload: 'row-lstm', batches: { inference: [1], training: [64] } },
    { workload: 'lenet5', batches: { training: [64] } },
  ],
  budgetMs: 240_000,
};
export default headline;
