/**
 * Training to a stated accuracy on real digits that were held out: what is learnt, from what, by which rule, and how right
 * it has to get.
 *
 * The data are the 10,000 digits of `data/mnist.ts`: 200 images of each digit, 2,000 in all, are held out, the other 8,000 are
 * learnt from. So few do not take LeNet-5 to its bar whatever the rate (97.2 to 97.6 % in 40 epochs), and the LSTM only late. So
 * there are further passes over the same 8,000, each image moved by up to a pixel, and epochs take the passes in turn; then both
 * get there in about ten epochs, from every seed. All of it lies in one artefact, batch by batch, so that every target gets
 * the same. The seed decides the first weights, which digits share a batch, how they are moved, and the order of the batches in
 * each epoch.
 */

import { type ArtefactSource, workloadSource } from '../model/artefact/source.js';
import type { Tensors } from '../model/graph.js';
import { uniform } from '../model/random.js';
import type { Optimiser, Workload } from '../model/workload.js';
import { digitsOf, type Example, moveImage, pixels, splitDigits } from './data/mnist.js';

export interface AccuracyTask {
  /** Name of the workload. */
  readonly workload: string;
  /** Share of the held-out digits that must be told right. */
  readonly bar: number;
  readonly batch: number;
  /** Over the training digits: the first as they are, the others with each of them moved. */
  readonly passes: number;
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
    passes: 5,
    optimiser: { name: 'sgd', learningRate: 0.02, momentum: 0.9 },
    epochs: 40,
  },
  {
    workload: 'row-lstm',
    bar: 0.97,
    batch: 50,
    passes: 5,
    optimiser: { name: 'sgd', learningRate: 0.1, momentum: 0.9 },
    epochs: 30,
  },
];

export interface AccuracySource {
  readonly source: ArtefactSource;
  /** Numbers of the buffers of each pass over the training digits. */
  readonly passes: readonly (readonly number[])[];
  /** And of those that are not learnt from. */
  readonly heldOut: readonly number[];
}

export function accuracySource(task: AccuracyTask, workload: Workload, seed: number): AccuracySource {
  const { batch, optimiser } = task;
  const split = splitDigits();
  const named = (part: string) => `accuracy/${workload.name}/${part}`;
  const order = permutation(seed, named('composition'), split.training.length);
  const training = batchesOf(
    order.flatMap((place) => split.training[place] ?? []),
    batch,
  );
  const heldOut = batchesOf(split.heldOut, batch);
  const own = workloadSource(workload, 'training', batch, seed);
  if (!own.training) throw new Error(`${workload.name} does not train`);
  const passes = Array.from({ length: task.passes }, (_, pass) =>
    training.map((examples, place) => {
      const inputs = inputsOf(own, examples);
      return pass === 0 ? inputs : moved(inputs, seed, named(`pass/${pass}/${place}`));
    }),
  );
  const numbers = (first: number) => training.map((_, place) => first + place);
  return {
    source: {
      ...own,
      workload: `${workload.name}-accuracy`,
      inputs: [...passes.flat(), ...heldOut.map((examples) => inputsOf(own, examples))],
      training: { ...own.training, optimiser },
    },
    passes: passes.map((_, pass) => numbers(pass * training.length)),
    heldOut: heldOut.map((_, place) => passes.length * training.length + place),
  };
}

/** In which order an epoch, counted from 0, goes through the training buffers. */
export function epochOrder(
  { source, passes }: AccuracySource,
  seed: number,
  epoch: number,
): readonly number[] {
  const pass = passes[epoch % passes.length] ?? [];
  const order = permutation(seed, `${source.workload}/epoch/${epoch}`, pass.length);
  return order.flatMap((place) => pass[place] ?? []);
}

/** A digit is the model's only input, whatever shape it has there. */
function inputsOf({ inputInfo }: ArtefactSource, examples: readonly Example[]): Tensors {
  const [input] = inputInfo;
  if (!input || inputInfo.length > 1) throw new Error('what learns digits has one input');
  const { images, labels } = digitsOf(examples);
  return {
    [input.name]: { type: 'float32', shape: input.shape, data: images },
    labels: { type: 'int32', shape: [examples.length], data: labels },
  };
}

/** Every image by -1, 0 or 1 pixels down and to the right, as drawn. */
function moved(inputs: Tensors, seed: number, name: string): Tensors {
  return Object.fromEntries(
    Object.entries(inputs).map(([input, tensor]) => {
      if (input === 'labels') return [input, tensor];
      const images = Float32Array.from(tensor.data as Float32Array);
      const count = images.length / pixels;
      const steps = Array.from(
        uniform(seed, name, 2 * count, 0, 3),
        (drawn) => Math.min(2, Math.floor(drawn)) - 1,
      );
      for (let example = 0; example < count; example++) {
        const image = images.subarray(example * pixels, (example + 1) * pixels);
        image.set(moveImage(image, steps[2 * example] ?? 0, steps[2 * example + 1] ?? 0));
      }
      return [input, { ...tensor, data: images }];
    }),
  );
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
