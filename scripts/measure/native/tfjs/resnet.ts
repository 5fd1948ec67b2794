/** ResNet-18 as a functional model of the Layers API. Uneven pads are zeros around what a `valid` window then reads. */
import * as tf from '@tensorflow/tfjs';
import type { Model } from '../../../../adapters/adapter.js';
import { at } from '../../../../common/at.js';
import { weightOf } from '../../paired/verify.js';
import { bias, convolutionKernel, denseKernel } from '../arrays.js';
import { give, lastActivation } from './layers.js';

type Value = tf.SymbolicTensor;

export function resnet18(model: Model): tf.LayersModel {
  const [, channels = 0, height = 0, width = 0] = at(model.graph.inputs, 0).shape;
  const { shape } = weightOf(model, 'conv1.weight');
  const layers = new Layers(model);
  const input = tf.input({ shape: [height, width, channels] });
  const stem = layers.relu(layers.convolve(input, 'conv1', 7, 2));
  let y = apply(tf.layers.maxPooling2d({ poolSize: 3, strides: 2 }), padded(stem, 1));
  let filters = at(shape, 0);
  for (let stage = 0; stage < 4; stage++) {
    const wide = at(shape, 0) * 2 ** stage;
    for (const place of [0, 1]) {
      const isReduced = stage > 0 && place === 0;
      y = layers.block(y, `layer${stage + 1}.${place}`, isReduced ? 2 : 1, filters !== wide);
      filters = wide;
    }
  }
  const pooled = apply(tf.layers.globalAveragePooling2d({}), y);
  const classes = at(weightOf(model, 'fc.weight').shape, 0);
  const last = tf.layers.dense({ units: classes, activation: lastActivation(model) });
  const output = apply(last, pooled);
  give(last, [denseKernel(model, 'fc'), bias(model, 'fc')]);
  return tf.model({ inputs: input, outputs: output });
}

class Layers {
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
  }

  /** A convolution that keeps the extent up to its stride, and its normalisation. */
  convolve(x: Value, name: string, kernelSize: number, strides: number): Value {
    const kernel = convolutionKernel(this.#model, name);
    const filters = at(kernel.shape, -1);
    const isPadded = strides > 1 && kernelSize > 1;
    const input = isPadded ? padded(x, (kernelSize - 1) / 2) : x;
    const padding = isPadded ? 'valid' : 'same';
    const conv = tf.layers.conv2d({ filters, kernelSize, strides, padding, useBias: false });
    const normalisation = tf.layers.batchNormalization({ epsilon: 1e-5, momentum: 0.9 });
    const y = apply(normalisation, apply(conv, input));
    give(conv, [kernel]);
    const parts = ['weight', 'bias', 'running_mean', 'running_var'];
    give(
      normalisation,
      parts.map((part) => weightOf(this.#model, `${name}.bn.${part}`)),
    );
    return y;
  }

  relu(x: Value): Value {
    return apply(tf.layers.reLU(), x);
  }

  block(x: Value, name: string, stride: number, isWider: boolean): Value {
    const first = this.relu(this.convolve(x, `${name}.conv1`, 3, stride));
    const second = this.convolve(first, `${name}.conv2`, 3, 1);
    const shortcut = isWider || stride > 1 ? this.convolve(x, `${name}.downsample`, 1, stride) : x;
    return this.relu(tf.layers.add().apply([second, shortcut]) as Value);
  }
}

function padded(x: Value, pad: number): Value {
  const sides: [number, number] = [pad, pad];
  return apply(tf.layers.zeroPadding2d({ padding: [sides, sides] }), x);
}

function apply(layer: tf.layers.Layer, x: Value): Value {
  return layer.apply(x) as Value;
}
