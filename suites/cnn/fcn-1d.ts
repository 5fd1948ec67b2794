/**
 * A convolutional network for sequences.
 *
 * Source: Wang, Yan and Oates, "Time series classification from scratch with deep neural networks" (2017), section II.B, the fully
 * convolutional network: convolutions over time of 128 filters of 8, 256 of 5 and 128 of 3, each with batch normalisation and a
 * ReLU, the average over time, a linear layer; cross-entropy. The length and the classes are those of FordA (500 values, 2
 * classes), one of its datasets. Padding keeps the length; of an even window the odd one is at the end. There Adam learns; here it is
 * plain momentum: a bias in front of a normalisation has no gradient but what rounding leaves, which Adam makes whole steps of, so that
 * no two frameworks would learn alike.
 *
 * Parameters: 128·8+128 + 256·128·5+256 + 128·256·3+128 + 2·(128+256+128) + 128·2+2. Multiply-adds: 500·(8·128 + 5·128·256 + 3·256·128) + 128·2.
 */

import { defined } from '../../common/at.js';
import type { GraphBuilder, ValueName } from '../../model/builder.js';
import type { Mode, Sequence, Workload } from '../../model/workload.js';
import { classifier } from '../classifier.js';

const kernels = [8, 5, 3];
const classes = 2;
const defaultSteps = 500;
const defaultStepsSmall = 100;
/** Longer than any of the archive that FordA is from. */
const maxLength = 3000;

function network(graph: GraphBuilder, x: ValueName, mode: Mode, width: number): ValueName {
  let y = x;
  let channels = 1;
  kernels.forEach((kernel, place) => {
    const filters = place === 1 ? 2 * width : width;
    const name = `conv${place + 1}`;
    const pad = [Math.floor((kernel - 1) / 2), Math.ceil((kernel - 1) / 2)];
    const convolved = graph.convolution(y, name, { channels, filters, kernel: [kernel], pad });
    y = graph.relu(graph.batchNormalisation(convolved, `${name}.bn`, filters, mode));
    channels = filters;
  });
  return graph.gemm(graph.flatten(graph.globalAveragePool(y)), 'fc', channels, classes, 16);
}

/** Multiply-adds: at every step three convolutions, at the end one layer. */
function multiplyAddsOf(steps: number, width: number): number {
  return steps * (8 * width + 5 * width * 2 * width + 3 * 2 * width * width) + width * classes;
}

/** @param lengths values of the full form and of the small one */
function workload([steps, smallSteps] = [defaultSteps, defaultStepsSmall]): Workload {
  const sequence = (length: number, defaultLength: number, withLength: Sequence['withLength']) => ({
    length,
    defaultLength,
    maxLength,
    withLength,
  });
  return classifier({
    name: 'fcn-1d',
    title: `convolutions over sequences of ${steps} values`,
    source:
      'Wang, Yan and Oates, Time series classification from scratch with deep neural networks (2017), II.B',
    family: 'cnn',
    batches: [1, 16],
    trainingBatches: [16],
    parameterCount: 264_962,
    multiplyAdds: multiplyAddsOf(steps, 128),
    example: [1, steps],
    classes,
    logits: (graph, x, mode) => network(graph, x, mode, 128),
    sequence: sequence(steps, defaultSteps, (length) => workload([length, smallSteps])),
    small: {
      title: `convolutions over sequences of ${smallSteps} values, at a quarter of the published width`,
      parameterCount: 17_090,
      multiplyAdds: multiplyAddsOf(smallSteps, 32),
      example: [1, smallSteps],
      classes,
      logits: (graph, x, mode) => network(graph, x, mode, 32),
      sequence: sequence(smallSteps, defaultStepsSmall, (length) =>
        defined(workload([steps, length]).small, 'the small form of fcn-1d'),
      ),
    },
  });
}

export default workload();
