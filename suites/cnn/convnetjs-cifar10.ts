/**
 * The CIFAR-10 demo of ConvNetJS.
 *
 * Source: Karpathy, ConvNetJS, `demo/js/cifar10.js` (2014): convolutions of 5 × 5 with 16, 20 and 20 filters, each followed by
 * ReLU and max pooling 2 × 2, then ten classes. The demo trains with ADADELTA in batches of 4; here it is momentum.
 *
 * Parameters: 16·75+16 + 20·400+20 + 20·500+20 + 320·10+10 = 22,466.
 * Multiply-adds: 32²·75·16 + 16²·400·20 + 8²·500·20 + 320·10.
 */
import { classifier } from '../classifier.js';

export default classifier({
  name: 'convnetjs-cifar10',
  title: 'CIFAR-10 demo network of ConvNetJS, on random images of 32 × 32',
  source: 'Karpathy, ConvNetJS, demo/js/cifar10.js (2014)',
  family: 'cnn',
  batches: [1, 4],
  parameterCount: 22_466,
  multiplyAdds: 3_920_000,
  example: [3, 32, 32],
  classes: 10,
  logits(graph, x) {
    let y = x;
    let channels = 3;
    [16, 20, 20].forEach((filters, place) => {
      y = graph.maxPool(graph.relu(graph.conv(y, `conv${place + 1}`, channels, filters, 5, 2)), 2);
      channels = filters;
    });
    return graph.gemm(graph.flatten(y), 'fc', 320, 10, 1);
  },
});
