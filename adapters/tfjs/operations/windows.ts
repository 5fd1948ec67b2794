/** Convolutions and poolings, channels last. What has one axis is a picture of height 1, as TensorFlow.js has it itself. */
import type { Tensor, Tensor4D, Tensor5D } from '@tensorflow/tfjs';
import type { Operations, Pads, PerAxis } from '../../lowering/operations/operation.js';
import type { Tf } from '../tf.js';
import { type Native, type NativeTable, ofOne, operand } from './native.js';

type Pair = [number, number];
type Triple = [number, number, number];

/** What a row lacks of a picture, in front. */
function pair(items: PerAxis, missing = 1): Pair {
  const [first = missing, second] = items;
  return second === undefined ? [missing, first] : [first, second];
}

function triple([depth = 1, height = 1, width = 1]: PerAxis): Triple {
  return [depth, height, width];
}

/** Pads of a picture as its calls take them. */
function around(pads: Pads): [Pair, Pair, Pair, Pair] | 'valid' {
  if (pads.every(([before, behind]) => before === 0 && behind === 0)) return 'valid';
  const [height, width] = pads.length === 1 ? [[0, 0] as const, pads[0]] : pads;
  return [[0, 0], [...(height ?? [0, 0])], [...(width ?? [0, 0])], [0, 0]];
}

/** A row as a picture and back, whatever is done to it between. */
function asPicture(tf: Tf, x: Tensor, compute: (x: Tensor4D) => Tensor): Tensor {
  return x.rank === 3 ? tf.squeeze(compute(tf.expandDims(x, 1)), [1]) : compute(x as Tensor4D);
}

const convolution: Native<'Conv'> = (tf, { strides, dilations, pads, group }) => {
  if (strides.length === 3) {
    return (inputs) => {
      const x = operand(inputs, 0) as Tensor5D;
      const filters = operand(inputs, 1) as Tensor5D;
      const found = tf.conv3d(x, filters, triple(strides), 'valid', 'NDHWC', triple(dilations));
      return withBias(tf, found, inputs[2]);
    };
  }
  const pad = around(pads);
  // Kernels of groups take only what is alike; a picture of height 1 has one row whatever the stride.
  const alike = group > 1 ? [strides[0], dilations[0]] : [];
  const [steps, rates] = [pair(strides, alike[0]), pair(dilations, alike[1])];
  return ([x, filters, bias]) => {
    if (!x || !filters) throw new Error('a convolution lacks an operand');
    return asPicture(tf, x, (picture) => {
      const kernel = filters.rank === 3 ? (tf.expandDims(filters, 0) as Tensor4D) : (filters as Tensor4D);
      // Its types forget pads of one's own, which the converter's executor hands over too.
      const given = { x: picture, strides: steps, pad: pad as 'valid', dilations: rates };
      const common = bias ? { ...given, bias } : given;
      if (group === 1) return tf.fused.conv2d({ ...common, filter: kernel });
      const [height = 1, width = 1, , results = 1] = kernel.shape;
      const filter = tf.reshape(kernel, [height, width, group, results / group]) as Tensor4D;
      return tf.fused.depthwiseConv2d({ ...common, filter });
    });
  };
};

function withBias(tf: Tf, x: Tensor, bias: Tensor | undefined): Tensor {
  return bias ? tf.add(x, bias) : x;
}

const transposedConvolution: Native<'ConvTranspose'> = (tf, { strides, pads, outputPadding }) => {
  const extents = (x: Tensor, filters: Tensor) =>
    strides.map((stride, axis) => {
      const [before = 0, behind = 0] = pads[axis] ?? [];
      const whole = ((x.shape[axis + 1] ?? 1) - 1) * stride + (filters.shape[axis] ?? 1);
      return whole - before - behind + (outputPadding[axis] ?? 0);
    });
  if (strides.length === 3) {
    return (inputs) => {
      const [x, filters] = [operand(inputs, 0) as Tensor5D, operand(inputs, 1) as Tensor5D];
      const [depth = 1, height = 1, width = 1] = extents(x, filters);
      const shape = [x.shape[0], depth, height, width, filters.shape[3]] as [
        number,
        number,
        number,
        number,
        number,
      ];
      return withBias(tf, tf.conv3dTranspose(x, filters, shape, triple(strides), 'valid'), inputs[2]);
    };
  }
  const pad = around(pads);
  const steps = pair(strides);
  return (inputs) => {
    const [x, filters] = [operand(inputs, 0), operand(inputs, 1)];
    const [height, width] = pair(extents(x, filters));
    const found = asPicture(tf, x, (picture) => {
      const kernel = filters.rank === 3 ? (tf.expandDims(filters, 0) as Tensor4D) : (filters as Tensor4D);
      const shape: [number, number, number, number] = [picture.shape[0], height, width, kernel.shape[2]];
      return tf.conv2dTranspose(picture, kernel, shape, steps, pad);
    });
    return withBias(tf, found, inputs[2]);
  };
};

function pooling(kind: 'max' | 'avg') {
  return (tf: Tf, { kernel, strides, pads }: Operations['MaxPool']) => {
    if (kernel.length === 3) {
      const pool = kind === 'max' ? tf.maxPool3d : tf.avgPool3d;
      return ofOne((_, x) => pool(x as Tensor5D, triple(kernel), triple(strides), 'valid'))(tf, {});
    }
    const pool = kind === 'max' ? tf.maxPool : tf.avgPool;
    const pad = around(pads);
    const rounding = pad === 'valid' ? undefined : 'floor';
    const [size, steps] = [pair(kernel), pair(strides)];
    return ofOne((_, x) => asPicture(tf, x, (picture) => pool(picture, size, steps, pad, rounding)))(tf, {});
  };
}

export const windows: NativeTable = {
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  MaxPool: pooling('max'),
  AveragePool: pooling('avg'),
  Resize: ofOne((tf, x, { mode, coordinates, sizes }) => {
    const resize = mode === 'linear' ? tf.image.resizeBilinear : tf.image.resizeNearestNeighbor;
    return resize(x as Tensor4D, pair(sizes), coordinates === 'align_corners', coordinates === 'half_pixel');
  }),
};
