/** LeNet-5 as a ConvNetJS user writes it by hand: a layer list and a Trainer, one example at a time. */
import convnetjs, { type Net, type Vol } from 'convnetjs';
import type { Model } from '../../../adapters/adapter.js';
import { at, defined, required } from '../../../common/at.js';
import { weightOf } from '../paired/verify.js';
import type { NativeNet } from './native.js';

const layers = [
  { type: 'input', out_sx: 28, out_sy: 28, out_depth: 1 },
  { type: 'conv', sx: 5, filters: 6, stride: 1, pad: 2, activation: 'relu' },
  { type: 'pool', sx: 2, stride: 2 },
  { type: 'conv', sx: 5, filters: 16, stride: 1, pad: 0, activation: 'relu' },
  { type: 'pool', sx: 2, stride: 2 },
  { type: 'fc', num_neurons: 120, activation: 'relu' },
  { type: 'fc', num_neurons: 84, activation: 'relu' },
  { type: 'softmax', num_classes: 10 },
];

/** Its layers with weights, in order, with the positions of an image that each filter reads. */
const weighted = [
  ['conv1', 25],
  ['conv2', 25],
  ['fc1', 25],
  ['fc2', 1],
  ['fc3', 1],
] as const;

export async function build(workload: string, model: Model): Promise<NativeNet | undefined> {
  if (workload !== 'lenet5') return undefined;
  const { batch, training } = model.manifest;
  const net = new convnetjs.Net();
  net.makeLayers(layers);
  putWeights(net, model);
  const batches = model.inputs.map((tensors) => volumes(tensors.image?.data as Float32Array, batch));
  if (!training) {
    return {
      call: (buffer) => at(batches, buffer).map((volume) => net.forward(volume)),
      values: (outputs) => (outputs as Vol[]).flatMap(({ w }) => Array.from(w)),
    };
  }
  if (training.optimiser.name !== 'sgd') throw new Error('this net is written for momentum');
  const { learningRate, momentum } = training.optimiser;
  const trainer = new convnetjs.Trainer(net, {
    method: 'sgd',
    learning_rate: learningRate,
    momentum,
    batch_size: batch,
    l2_decay: 0,
  });
  const labels = model.inputs.map((tensors) => required(tensors, 'labels').data as Int32Array);
  return {
    call: (buffer) => {
      let loss = 0;
      at(batches, buffer).forEach((volume, example) => {
        loss += trainer.train(volume, at(at(labels, buffer), example)).loss;
      });
      return loss / batch;
    },
    values: () => [],
  };
}

/** A filter is a volume with its channels last; the artefact has them first. */
function putWeights(net: Net, model: Model): void {
  const own = net.layers.filter(({ filters }) => filters !== undefined);
  weighted.forEach(([name, positions], place) => {
    const weight = weightOf(model, `${name}.weight`).data;
    const { filters, biases } = at(own, place);
    defined(filters, name).forEach(({ w }, filter) => {
      const channels = w.length / positions;
      for (let position = 0; position < positions; position++) {
        for (let channel = 0; channel < channels; channel++) {
          const index = filter * w.length + channel * positions + position;
          w[position * channels + channel] = at(weight, index);
        }
      }
    });
    defined(biases, name).w.set(weightOf(model, `${name}.bias`).data);
  });
}

function volumes(images: Float32Array, batch: number) {
  return Array.from({ length: batch }, (_, example) => {
    const volume = new convnetjs.Vol(28, 28, 1, 0);
    volume.w.set(images.subarray(example * 784, (example + 1) * 784));
    return volume;
  });
}
