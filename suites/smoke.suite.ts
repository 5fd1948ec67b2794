/** One small CNN and one small LSTM on real digits, an example at a time: the default of a first run, which takes three minutes. */
import type { Suite } from '../model/workload.js';

/** Larger batches are in `headline`, `cnn` and `lstm`: the slowest targets would take most of the time for them. */
const batches = { inference: [1], training: [1] };

const smoke: Suite = {
  name: 'smoke',
  title: 'one small CNN and one small LSTM on real digits',
  workloads: [
    { workload: 'lenet5', batches },
    { workload: 'row-lstm', batches },
  ],
};
export default smoke;
