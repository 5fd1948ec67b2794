/** LeNet-5 as a ConvNetJS user writes it by hand: a layer list and a Trainer, one example at a time. */
import convnetjs from 'convnetjs';
import type { Model } from '../../../adapters/adapter.js';
import type { Call } from '../pairs.js';

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

export async function build(model: Model): Promise<Call> {
  const { batch, training } = model.manifest;
  const net = new convnetjs.Net();
  net.makeLayers(layers);
  const batches = model.inputs.map((tensors) => volumes(tensors.image?.data as Float32Array, batch));
  if (!training) return (buffer) => batches[buffer]?.map((volume) => net.forward(volume));
  if (training.optimiser.name !== 'sgd') throw new Error('this recipe is written for momentum');
  const { learningRate, momentum } = training.optimiser;
  const trainer = new convnetjs.Trainer(net, {
    method: 'sgd',
    learning_rate: learningRate,
    momentum,
    batch_size: batch,
    l2_decay: 0,
  });
  const labels = model.inputs.map((tensors) => tensors.labels?.data as Int32Array);
  return (buffer) => {
    let loss = 0;
    batches[buffer]?.forEach((volume, example) => {
      loss += trainer.train(volume, labels[buffer]?.[example] ?? 0).loss;
    });
    return loss / batch;
  };
}

function volumes(images: Float32Array, batch: number) {
  return Array.from({ length: batch }, (_, example) => {
    const volume = new convnetjs.Vol(28, 28, 1, 0);
    volume.w.set(images.subarray(example * 784, (example + 1) * 784));
    return volume;
  });
}
