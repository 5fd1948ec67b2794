/** Convolutions, channels last. What has one axis is an image of height 1, as TensorFlow.js computes it itself. */
import type { Tensor, Tensor4D, Tensor5D } from '@tensorflow/tfjs';
import { at } from '../../../common/at.js';
import type { PerAxis } from '../../lowering/operations/operation.js';
import { paddingOf } from '../../lowering/operations/same-pads.js';
import type { Tf } from '../tf.js';
import { around, asImage, pair, triple } from './images.js';
import { type Native, operand } from './native.js';

export const convolution: Native<'Conv'> = (tf, settings) => {
  const { strides, dilations, group } = settings;
  // Kernels of depthwise convolutions take only strides and dilations that are alike.
  const isDepthwise = (x: Tensor, filters: Tensor) =>
    at(x.shape, -1) === group && at(filters.shape, -2) === 1;
  return (inputs) => {
    const [x, filters] = [operand(inputs, 0), operand(inputs, 1)];
    const kernel = filters.shape.slice(0, -2);
    const pad = paddingOf(settings, x.shape.slice(1, -1), kernel);
    if (pad === undefined) throw new Error(`a convolution is planned with pads ${settings.pads.join(' ')}`);
    if (strides.length === 3) {
      const [own, volume] = [filters as Tensor5D, x as Tensor5D];
      return withBias(
        tf,
        tf.conv3d(volume, own, triple(strides), pad, 'NDHWC', triple(dilations)),
        inputs[2],
      );
    }
    const found = asImage(tf, x, (image) => {
      const own = asFilters(tf, filters);
      if (group === 1) return tf.conv2d(image, own, pair(strides), pad, 'NHWC', pair(dilations));
      if (isDepthwise(x, filters)) {
        const [height, width, , results] = own.shape;
        const each = tf.reshape(own, [height, width, group, results / group]) as Tensor4D;
        const [steps, rates] = [pair(strides, at(strides, 0)), pair(dilations, at(dilations, 0))];
        return tf.depthwiseConv2d(image, each, steps, pad, 'NHWC', rates);
      }
      return inGroups(tf, image, own, group, (part, kernels) =>
        tf.conv2d(part, kernels, pair(strides), pad, 'NHWC', pair(dilations)),
      );
    });
    return withBias(tf, found, inputs[2]);
  };
};

/** TensorFlow.js has no groups: their shares of channels and filters one after the other. */
function inGroups(
  tf: Tf,
  x: Tensor4D,
  filters: Tensor4D,
  group: number,
  convolve: (x: Tensor4D, filters: Tensor4D) => Tensor4D,
): Tensor4D {
  const kernels: Tensor4D[] = tf.split(filters, group, -1);
  const images: Tensor4D[] = tf.split(x, group, -1);
  const parts = images.map((part, index) => convolve(part, at(kernels, index)));
  return tf.concat4d(parts, 3);
}

function asFilters(tf: Tf, filters: Tensor): Tensor4D {
  return (filters.rank === 3 ? tf.expandDims(filters, 0) : filters) as Tensor4D;
}

function withBias(tf: Tf, x: Tensor, bias: Tensor | undefined): Tensor {
  return bias ? tf.add(x, bias) : x;
}

type Shape4D = [number, number, number, number];
type Shape5D = [number, number, number, number, number];

export const transposedConvolution: Native<'ConvTranspose'> = (tf, { strides, pads, outputPadding }) => {
  const extents = (x: Tensor, filters: Tensor): PerAxis =>
    strides.map((stride, axis) => {
      const [before, behind] = at(pads, axis);
      const whole = (at(x.shape, axis + 1) - 1) * stride + at(filters.shape, axis);
      return whole - before - behind + at(outputPadding, axis);
    });
  if (strides.length === 3) {
    return (inputs) => {
      const [x, filters] = [operand(inputs, 0) as Tensor5D, operand(inputs, 1) as Tensor5D];
      const shape: Shape5D = [x.shape[0], ...triple(extents(x, filters)), filters.shape[3]];
      return withBias(tf, tf.conv3dTranspose(x, filters, shape, triple(strides), 'valid'), inputs[2]);
    };
  }
  return (inputs) => {
    const [x, filters] = [operand(inputs, 0), operand(inputs, 1)];
    const found = asImage(tf, x, (image) => {
      const own = asFilters(tf, filters);
      const shape: Shape4D = [image.shape[0], ...pair(extents(x, filters)), own.shape[2]];
      return tf.conv2dTranspose(image, own, shape, pair(strides), around(pads));
    });
    return withBias(tf, found, inputs[2]);
  };
};
