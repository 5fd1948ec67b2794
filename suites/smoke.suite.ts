/** One small CNN and one small LSTM on real digits: the default of a first run. */
import type { Suite } from '../model/workload.js';

const smoke: Suite = {
  name: 'smoke',
  title: 'one small CNN and one small LSTM on real digits',
  workloads: ['lenet5', 'row-lstm'],
};
export default smoke;
