/**
 * A fully convolutional network for time series.
 *
 * Source: Wang, Yan and Oates, "Time series classification from scratch with deep neural networks" (2017), section II.B:
 * one-dimensional convolutions with 128 filters of 8, 256 of 5 and 128 of 3, each followed by batch normalisation and ReLU;
 * global average pooling; a linear layer; cross-entropy. Length and classes are those of FordA (500 values, 2 classes), one of
 * the paper's datasets. Padding preserves the length; for an even window the odd pad is at the end. The paper trains with Adam;
 * here it is momentum: the gradient of a bias before a normalisation is zero up to rounding, and Adam would turn that rounding
 * into full steps that differ between frameworks.
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
/** Longer than any series of the archive that FordA belongs to. */
const maxLength = 3000;

function network(graph: GraphBuilder, x: ValueName, mode: Mode, width: number): ValueName {
  let y = x;
  let channels = 1;
  kernels.forEach((kernel, index) => {
    const filters = index === 1 ? 2 * width : width;
    const name = `conv${index + 1}`;
    const pad = [Math.floor((kernel - 1) / 2), Math.ceil((kernel - 1) / 2)];
    const convolved = graph.convolution(y, name, { channels, filters, kernel: [kernel], pad });
    y = graph.relu(graph.batchNormalisation(convolved, `${name}.bn`, filters, mode));
    channels = filters;
  });
  return graph.gemm(graph.flatten(graph.globalAveragePool(y)), 'fc', channels, classes, 16);
}

/** Three convolutions at every step, and the final linear layer. */
function multiplyAddsOf(steps: number, width: number): number {
  return steps * (8 * width + 5 * width * 2 * width + 3 * 2 * width * width) + width * classes;
}

/** @param lengths steps of the full form and of the small one */
function workload([steps, smallSteps] = [defaultSteps, defaultStepsSmall]): Workload {
  const sequence = (length: number, defaultLength: number, withLength: Sequence['withLength']) => ({
    length,
    defaultLength,
    maxLength,
    withLength,
  });
  return classifier({
    name: 'fcn-1d',
    title: `fully convolutional network over sequences of ${steps} values`,
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
      title: `fully convolutional network over sequences of ${smallSteps} values, a quarter of the width`,
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
