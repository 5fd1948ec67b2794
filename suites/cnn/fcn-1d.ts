/**
 * A convolutional network for sequences.
 *
 * Source: Wang, Yan and Oates, "Time series classification from scratch with deep neural networks" (2017), section II.B, the fully
 * convolutional network: convolutions over time of 128 filters of 8, 256 of 5 and 128 of 3, each with batch normalisation and a
 * ReLU, the average over time, a linear layer. The length and the classes are those of FordA (500 values, 2 classes), on which
 * Keras's own example of time series classification trains it. Padding keeps the length; of an even window the odd one is at the end.
 *
 * Parameters: 128·8+128 + 256·128·5+256 + 128·256·3+128 + 2·(128+256+128) + 128·2+2. Multiply-adds: 500·(8·128 + 5·128·256 + 3·256·128) + 128·2.
 */
import { classifier } from '../classifier.js';
import type { GraphBuilder, Value } from '../onnx/builder.js';
import type { Mode } from '../workload.js';

const kernels = [8, 5, 3];

function network(graph: GraphBuilder, x: Value, mode: Mode, width: number): Value {
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
  return graph.gemm(graph.flatten(graph.globalAveragePool(y)), 'fc', channels, 2, 16);
}

export default classifier({
  name: 'fcn-1d',
  title: 'convolutions over sequences of 500 values',
  source:
    'Wang, Yan and Oates, Time series classification from scratch with deep neural networks (2017), II.B',
  family: 'cnn',
  batches: [1, 16],
  trainingBatches: [16],
  parameterCount: 264_962,
  multiplyAdds: 131_584_256,
  example: [1, 500],
  classes: 2,
  logits: (graph, x, mode) => network(graph, x, mode, 128),
  small: {
    title: 'convolutions over sequences of 100 values, at a quarter of the published width',
    parameterCount: 17_090,
    multiplyAdds: 1_664_064,
    example: [1, 100],
    classes: 2,
    logits: (graph, x, mode) => network(graph, x, mode, 32),
  },
});
