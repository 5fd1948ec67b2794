/**
 * Parameters and multiply-adds against published figures. `workloads.test.ts` compares the declared numbers with the graphs; this
 * test compares them with independent sources.
 */
import { expect, it } from 'vitest';
import { discoverWorkloads } from '../../suites/discover.js';

interface Published {
  readonly workload: string;
  readonly source: string;
  readonly parameters?: number;
  /** Published parameters that are not trained here, and why. */
  readonly without?: readonly [count: number, why: string];
  /** In units of 10⁹, and the number of published decimals. */
  readonly multiplyAdds?: readonly [giga: number, digits: number];
  /** The published number of parameters is rounded to a multiple of this. */
  readonly roundedTo?: number;
}

const torchvision = 'torchvision, table of pre-trained weights (parameters; GFLOPS, which are multiply-adds)';
const braun = 'github.com/stefbraun/rnn_benchmarks, README';
const secondBias = 'the second bias of cuDNN: see suites/lstm/row-lstm.ts';

const published: readonly Published[] = [
  { workload: 'alexnet', source: torchvision, parameters: 61_100_840, multiplyAdds: [0.71, 2] },
  { workload: 'vgg16', source: torchvision, parameters: 138_357_544, multiplyAdds: [15.47, 2] },
  { workload: 'resnet18', source: torchvision, parameters: 11_689_512, multiplyAdds: [1.81, 2] },
  { workload: 'resnet50', source: torchvision, parameters: 25_557_032, multiplyAdds: [4.09, 2] },
  { workload: 'squeezenet', source: torchvision, parameters: 1_235_496, multiplyAdds: [0.35, 2] },
  { workload: 'mobilenetv2', source: torchvision, parameters: 3_504_872, multiplyAdds: [0.3, 2] },
  {
    workload: 'resnet50',
    source: 'Deep Learning Benchmarking Suite, table of models',
    parameters: 25_610_269,
    without: [
      53_120 + 53 + 64,
      'running statistics, a counter for each of 53 normalisations, a bias of the first convolution',
    ],
  },
  { workload: 'cifar10-cnn', source: 'github.com/ilkarman/DeepLearningFrameworks', parameters: 3_441_592 },
  {
    workload: 'acoustic-1x320',
    source: braun,
    parameters: 578_000,
    without: [2 * 4 * 320 - 4 * 320, secondBias],
    roundedTo: 1000,
  },
  {
    workload: 'acoustic-4x320',
    source: braun,
    parameters: 8_500_000,
    without: [4 * 2 * 4 * 320, secondBias],
    roundedTo: 100_000,
  },
];

const workloads = new Map((await discoverWorkloads()).map((workload) => [workload.name, workload]));

it.each(published)(
  '$workload: $source',
  ({ workload, parameters, without: [fewer] = [0], roundedTo = 1, multiplyAdds }) => {
    const found = workloads.get(workload);
    if (parameters !== undefined) {
      const theirs = (found?.parameterCount ?? 0) + fewer;
      expect(Math.round(theirs / roundedTo) * roundedTo).toBe(parameters);
    }
    if (multiplyAdds) {
      const [giga, digits] = multiplyAdds;
      expect(((found?.multiplyAdds ?? 0) / 1e9).toFixed(digits)).toBe(giga.toFixed(digits));
    }
  },
);
