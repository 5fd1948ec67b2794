/**
 * ResNet-18: see `suites/residual.ts`.
 *
 * Parameters: 11,689,512 (torchvision); multiply-adds at 224 × 224: 1,814,073,344 (torchvision: 1.81 G; the paper: 1.8 G).
 */
import { classifier } from '../classifier.js';
import { residualNetwork } from '../residual.js';

const network = { block: 'basic', depths: [2, 2, 2, 2] } as const;

export default classifier({
  name: 'resnet18',
  title: 'ResNet-18 on random images of 224 × 224',
  source: 'He et al., Deep residual learning for image recognition (2016), table 1, 18 layers',
  family: 'cnn',
  batches: [1, 8],
  trainingBatches: [8],
  parameterCount: 11_689_512,
  multiplyAdds: 1_814_073_344,
  example: [3, 224, 224],
  classes: 1000,
  logits: (graph, x, mode) => residualNetwork(graph, x, mode, { ...network, width: 64, classes: 1000 }),
  small: {
    title: 'ResNet-18 at a quarter of the width, 100 classes, on random images of 64 × 64',
    parameterCount: 714_996,
    multiplyAdds: 11_072_000,
    example: [3, 64, 64],
    classes: 100,
    logits: (graph, x, mode) => residualNetwork(graph, x, mode, { ...network, width: 16, classes: 100 }),
  },
});
