/** The workloads as a TensorFlow.js user writes them by hand: models of the Layers API, functions where it has no such layer. */
import * as tf from '@tensorflow/tfjs';
import type { Model } from '../../../../adapters/adapter.js';
import { at, defined, required } from '../../../../common/at.js';
import type { NativeNet } from '../native.js';
import { oneHot } from '../one-hot.js';
import { attentionCnn } from './attention.js';
import { textGru } from './gru.js';
import { lenet5, rowLstm } from './layers.js';
import { resnet18 } from './resnet.js';
import type { FunctionNet } from './variables.js';

/** A model of layers, which ends in probabilities in inference and in logits in training. */
type LayersNet = (model: Model) => tf.LayersModel;
const layersNets: Readonly<Record<string, LayersNet>> = { lenet5, 'row-lstm': rowLstm, resnet18 };
const functionNets: Readonly<Record<string, (model: Model) => FunctionNet>> = {
  'attention-cnn': attentionCnn,
  'text-gru': textGru,
};

export async function build(workload: string, model: Model): Promise<NativeNet | undefined> {
  const values = (output: unknown) => output as Float32Array;
  if (Object.hasOwn(layersNets, workload)) {
    return { call: callOfLayers(required(layersNets, workload)(model), model), values };
  }
  if (!Object.hasOwn(functionNets, workload)) return undefined;
  return { call: callOfFunction(required(functionNets, workload)(model), model), values };
}

function callOfLayers(net: tf.LayersModel, model: Model): NativeNet['call'] {
  const inputOf = inputs(model);
  if (!model.manifest.training) {
    return async (buffer) => {
      const input = inputOf(buffer);
      const output = net.predict(input) as tf.Tensor;
      const data = await output.data();
      tf.dispose([input, output]);
      return data;
    };
  }
  const labelsOf = labels(model);
  net.compile({ optimizer: optimiser(model), loss: crossEntropy });
  return async (buffer) => {
    const input = inputOf(buffer);
    const target = labelsOf(buffer);
    const loss = await net.trainOnBatch(input, target);
    tf.dispose([input, target]);
    return loss;
  };
}

function callOfFunction(net: FunctionNet, model: Model): NativeNet['call'] {
  const inputOf = inputs(model);
  if (!model.manifest.training) {
    return async (buffer) => {
      const output = tf.tidy(() => tf.softmax(net(inputOf(buffer))));
      const data = await output.data();
      output.dispose();
      return data;
    };
  }
  const labelsOf = labels(model);
  const rule = optimiser(model);
  return async (buffer) => {
    const cost = tf.tidy(() => {
      const [input, target] = [inputOf(buffer), labelsOf(buffer)];
      return defined(
        rule.minimize(() => crossEntropy(target, net(input)), true),
        'cost',
      );
    });
    const [loss] = await cost.data();
    cost.dispose();
    return loss;
  };
}

function crossEntropy(truth: tf.Tensor, logits: tf.Tensor): tf.Scalar {
  return tf.losses.softmaxCrossEntropy(truth, logits);
}

function optimiser({ manifest }: Model): tf.Optimizer {
  if (manifest.training?.optimiser.name !== 'sgd') throw new Error('these nets are written for momentum');
  const { learningRate, momentum } = manifest.training.optimiser;
  return tf.train.momentum(learningRate, momentum);
}

/** Images with their channels last, sequences as they are, numbers of words as int32. */
function inputs({ graph, inputs: buffers }: Model): (buffer: number) => tf.Tensor {
  const { name } = at(graph.inputs, 0);
  const given = buffers.map((tensors) => {
    const { data, shape } = required(tensors, name);
    if (data instanceof BigInt64Array)
      return { data: Int32Array.from(data, Number), shape: [...shape], type: 'int32' as const };
    const floats = data as Float32Array;
    const type = 'float32' as const;
    if (shape.length !== 4) return { data: floats, shape: [...shape], type };
    const last = tf.tidy(() => tf.transpose(tf.tensor(floats, [...shape]), [0, 2, 3, 1]));
    const image = { data: last.dataSync<'float32'>().slice(), shape: last.shape, type };
    last.dispose();
    return image;
  });
  return (buffer) => {
    const { data, shape, type } = at(given, buffer);
    return tf.tensor(data, shape, type);
  };
}

function labels({ graph, inputs: buffers }: Model): (buffer: number) => tf.Tensor {
  const classes = at(at(graph.outputs, 0).shape, -1);
  const given = buffers.map((tensors) => oneHot(required(tensors, 'labels').data as Int32Array, classes));
  return (buffer) => {
    const rows = at(given, buffer);
    return tf.tensor(rows, [rows.length / classes, classes]);
  };
}
