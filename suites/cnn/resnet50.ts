/**
 * ResNet-50, v1.5: see `suites/residual.ts`.
 *
 * Trainable parameters: 25,557,032 (torchvision). The Deep Learning Benchmarking Suite counts 25,610,269: these, 53,120 running
 * statistics, a counter for each of the 53 normalisations, and a bias of 64 in the first convolution of the Caffe version.
 *
 * Multiply-adds at 224 × 224: 4,089,184,256 (torchvision: 4.09 G; 3.8 G in the paper's v1).
 */
import { classifier } from '../classifier.js';
import { residualNetwork } from '../residual.js';

const network = { block: 'bottleneck', depths: [3, 4, 6, 3] } as const;

export default classifier({
  name: 'resnet50',
  title: 'ResNet-50 v1.5 on random images of 224 × 224',
  source:
    'He et al., Deep residual learning for image recognition (2016), table 1, 50 layers; v1.5 as torchvision and MLPerf',
  family: 'cnn',
  batches: [1, 8],
  trainingBatches: [8],
  parameterCount: 25_557_032,
  multiplyAdds: 4_089_184_256,
  example: [3, 224, 224],
  classes: 1000,
  logits: (graph, x, mode) => residualNetwork(graph, x, mode, { ...network, width: 64, classes: 1000 }),
  small: {
    title: 'ResNet-50 v1.5 at a quarter of the width, 100 classes, on random images of 64 × 64',
    parameterCount: 1_532_276,
    multiplyAdds: 22_710_272,
    example: [3, 64, 64],
    classes: 100,
    // In the last stage the batch statistics are taken over 32 values. A ReLU input that is 0 up to rounding may be on either
    // side in float32, and contributes 1/32 of a gradient: errors of 2 % in gradients and 22 % in the movement of weights after
    // three steps were measured.
    tolerance: { loss: 1e-3, gradient: 0.1, weight: 0.5 },
    logits: (graph, x, mode) => residualNetwork(graph, x, mode, { ...network, width: 16, classes: 100 }),
  },
});
