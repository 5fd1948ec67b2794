/** The two smoke workloads, as tests of the gate use them. */
import lenet5 from '../../suites/cnn/lenet5.js';
import rowLstm from '../../suites/lstm/row-lstm.js';

export { lenet5, rowLstm };
