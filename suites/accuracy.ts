/**
 * Time-to-accuracy tasks: training until a stated accuracy on held-out digits is reached.
 *
 * 200 images of each digit of the 10,000 in `data/mnist.ts` (2,000 in total) are held out; the other 8,000 are the
 * training set. On its own that is too small: LeNet-5 stays below its required accuracy at any learning rate (97.2 to 97.6 %
 * in 40 epochs) and the LSTM is slow to reach its own. Therefore the set is augmented with further passes over the same 8,000
 * images, each shifted by up to a pixel, and successive epochs use successive passes; both networks then get there in about
 * ten epochs from every seed. All batches are in one artefact, so that every target trains on the same data. The seed
 * determines the initial weights, the composition of batches, the shifts and the order of batches in each epoch.
 */

import { at } from '../common/at.js';
import { type ArtefactSource, workloadSource } from '../model/artefact/source.js';
import type { Tensors } from '../model/graph.js';
import { uniform } from '../model/random.js';
import type { Optimiser, Workload } from '../model/workload.js';
import { digitsOf, type Example, pixels, shiftImage, splitDigits } from './data/mnist.js';

export interface AccuracyTask {
  /** Name of the workload. */
  readonly workload: string;
  /** Required share of held-out digits that are classified correctly. */
  readonly requiredAccuracy: number;
  readonly batch: number;
  /** Passes over the training digits: the first unchanged, the others with every image shifted. */
  readonly passes: number;
  /** The same for all targets; momentum, since ConvNetJS has no Adam. */
  readonly optimiser: Optimiser;
  /** Maximum number of epochs. */
  readonly epochs: number;
}

export const accuracyTasks: readonly AccuracyTask[] = [
  {
    workload: 'lenet5',
    requiredAccuracy: 0.98,
    batch: 50,
    passes: 5,
    optimiser: { name: 'sgd', learningRate: 0.02, momentum: 0.9 },
    epochs: 40,
  },
  {
    workload: 'row-lstm',
    requiredAccuracy: 0.97,
    batch: 50,
    passes: 5,
    optimiser: { name: 'sgd', learningRate: 0.1, momentum: 0.9 },
    epochs: 30,
  },
];

export interface AccuracySource {
  readonly source: ArtefactSource;
  /** For each pass over the training digits the numbers of its input buffers. */
  readonly passes: readonly (readonly number[])[];
  /** Numbers of the input buffers of the held-out digits. */
  readonly heldOut: readonly number[];
}

export function accuracySource(task: AccuracyTask, workload: Workload, seed: number): AccuracySource {
  const { batch, optimiser } = task;
  const split = splitDigits();
  const named = (part: string) => `accuracy/${workload.name}/${part}`;
  const order = permutation(seed, named('composition'), split.training.length);
  const training = batchesOf(
    order.map((place) => at(split.training, place)),
    batch,
  );
  const heldOut = batchesOf(split.heldOut, batch);
  const own = workloadSource(workload, 'training', batch, seed);
  if (!own.training) throw new Error(`workload ${workload.name} has no training`);
  const passes = Array.from({ length: task.passes }, (_, pass) =>
    training.map((examples, place) => {
      const inputs = inputsOf(own, examples);
      return pass === 0 ? inputs : shifted(inputs, seed, named(`pass/${pass}/${place}`));
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

/** The order in which an epoch uses the training buffers. @param epoch counted from 0 */
export function epochOrder(
  { source, passes }: AccuracySource,
  seed: number,
  epoch: number,
): readonly number[] {
  const pass = at(passes, epoch % passes.length);
  const order = permutation(seed, `${source.workload}/epoch/${epoch}`, pass.length);
  return order.map((place) => at(pass, place));
}

/** The images as the model's only input, in the shape that the model expects. */
function inputsOf({ inputInfo }: ArtefactSource, examples: readonly Example[]): Tensors {
  const [input] = inputInfo;
  if (!input || inputInfo.length > 1) {
    throw new Error(`a model that classifies digits must have one input, not ${inputInfo.length}`);
  }
  const { images, labels } = digitsOf(examples);
  return {
    [input.name]: { type: 'float32', shape: input.shape, data: images },
    labels: { type: 'int32', shape: [examples.length], data: labels },
  };
}

/** Shifts every image by −1, 0 or 1 pixels along both axes, at random. */
function shifted(inputs: Tensors, seed: number, name: string): Tensors {
  return Object.fromEntries(
    Object.entries(inputs).map(([input, tensor]) => {
      if (input === 'labels') return [input, tensor];
      const images = Float32Array.from(tensor.data as Float32Array);
      const count = images.length / pixels;
      const offsets = Array.from(
        uniform(seed, name, 2 * count, 0, 3),
        (drawn) => Math.min(2, Math.floor(drawn)) - 1,
      );
      for (let example = 0; example < count; example++) {
        const image = images.subarray(example * pixels, (example + 1) * pixels);
        image.set(shiftImage(image, at(offsets, 2 * example), at(offsets, 2 * example + 1)));
      }
      return [input, { ...tensor, data: images }];
    }),
  );
}

/** Complete batches; examples that do not fill one are dropped. */
function batchesOf(examples: readonly Example[], batch: number): Example[][] {
  return Array.from({ length: Math.floor(examples.length / batch) }, (_, place) =>
    examples.slice(place * batch, (place + 1) * batch),
  );
}

function permutation(seed: number, name: string, count: number): number[] {
  const drawn = uniform(seed, name, count, 0, 1);
  return Array.from({ length: count }, (_, place) => place).sort((a, b) => at(drawn, a) - at(drawn, b));
}
