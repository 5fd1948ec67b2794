/**
 * Training to a stated accuracy on real digits that were held out: what is learnt, from what, by which rule, and how right
 * it has to get.
 *
 * The data are the 10,000 digits of `data/mnist.ts`: the last 200 images of each digit, 2,000 in all, are held out, the other
 * 8,000 are learnt from. They lie in one artefact, batch by batch, so that every target gets the same. The seed decides the
 * first weights, which digits share a batch, and the order of the batches in each epoch.
 */
import { digitsOf, type Example, splitDigits } from './data/mnist.js';
import { uniform } from './generator.js';
import { type Source, workloadSource } from './onnx/artefact-source.js';
import type { Tensors } from './onnx/graph.js';
import type { Optimiser, Workload } from './workload.js';

export interface AccuracyTask {
  /** Name of the workload. */
  readonly workload: string;
  /** Share of the held-out digits that must be told right. */
  readonly bar: number;
  readonly batch: number;
  /** One for all targets, so momentum: ConvNetJS has no Adam. */
  readonly optimiser: Optimiser;
  /** Learning that has not got there by then is given up. */
  readonly epochs: number;
}

export const accuracyTasks: readonly AccuracyTask[] = [
  {
    workload: 'lenet5',
    bar: 0.98,
    batch: 50,
    optimiser: { name: 'sgd', learningRate: 0.05, momentum: 0.9 },
    epochs: 20,
  },
  {
    workload: 'row-lstm',
    bar: 0.97,
    batch: 50,
    optimiser: { name: 'sgd', learningRate: 0.1, momentum: 0.9 },
    epochs: 20,
  },
];

export interface AccuracySource {
  readonly source: Source;
  /** Numbers of the buffers that are learnt from, and of those that are not. */
  readonly training: readonly number[];
  readonly heldOut: readonly number[];
}

export function accuracySource(task: AccuracyTask, workload: Workload, seed: number): AccuracySource {
  const { batch, optimiser } = task;
  const split = splitDigits();
  const order = permutation(seed, `accuracy/${workload.name}/composition`, split.training.length);
  const shuffled = order.flatMap((place) => split.training[place] ?? []);
  const training = batchesOf(shuffled, batch);
  const heldOut = batchesOf(split.heldOut, batch);
  const own = workloadSource(workload, 'training', batch, seed);
  if (!own.training) throw new Error(`${workload.name} does not train`);
  return {
    source: {
      ...own,
      workload: `${workload.name}-accuracy`,
      inputs: [...training, ...heldOut].map((examples) => inputsOf(own, examples)),
      training: { ...own.training, optimiser },
    },
    training: training.map((_, buffer) => buffer),
    heldOut: heldOut.map((_, buffer) => training.length + buffer),
  };
}

/** In which order an epoch, counted from 0, goes through the training buffers. */
export function epochOrder(
  task: AccuracyTask,
  seed: number,
  epoch: number,
  training: readonly number[],
): number[] {
  const order = permutation(seed, `accuracy/${task.workload}/epoch/${epoch}`, training.length);
  return order.flatMap((place) => training[place] ?? []);
}

/** A digit is the model's only input, whatever shape it has there. */
function inputsOf({ inputInfo }: Source, examples: readonly Example[]): Tensors {
  const [input] = inputInfo;
  if (!input || inputInfo.length > 1) throw new Error('what learns digits has one input');
  const { images, labels } = digitsOf(examples);
  return {
    [input.name]: { type: 'float32', shape: input.shape, data: images },
    labels: { type: 'int32', shape: [examples.length], data: labels },
  };
}

/** Batches are all of one size: what does not fill one is left out. */
function batchesOf(examples: readonly Example[], batch: number): Example[][] {
  return Array.from({ length: Math.floor(examples.length / batch) }, (_, place) =>
    examples.slice(place * batch, (place + 1) * batch),
  );
}

function permutation(seed: number, name: string, count: number): number[] {
  const drawn = uniform(seed, name, count, 0, 1);
  return Array.from({ length: count }, (_, place) => place).sort((a, b) => (drawn[a] ?? 0) - (drawn[b] ?? 0));
}
