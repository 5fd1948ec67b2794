/** Convolutions, poolings and Resize, channels last. */
import type { Tensor4D, Tensor5D } from '@tensorflow/tfjs';
import type { Operations } from '../../lowering/operations/operation.js';
import { paddingOf } from '../../lowering/operations/same-pads.js';
import type { Tf } from '../tf.js';
import { convolution, transposedConvolution } from './convolutions.js';
import { around, asImage, pair, triple } from './images.js';
import { type Call, type NativeTable, ofOne, operand } from './native.js';

function pooling(kind: 'max' | 'avg') {
  return (tf: Tf, settings: Operations['MaxPool']): Call => {
    const { kernel, strides, pads } = settings;
    if (kernel.length === 3) {
      const pool = kind === 'max' ? tf.maxPool3d : tf.avgPool3d;
      return (inputs) => pool(operand(inputs, 0) as Tensor5D, triple(kernel), triple(strides), 'valid');
    }
    const pool = kind === 'max' ? tf.maxPool : tf.avgPool;
    const [size, steps] = [pair(kernel), pair(strides)];
    return (inputs) => {
      const x = operand(inputs, 0);
      const named = paddingOf(settings, x.shape.slice(1, -1), kernel);
      return asImage(tf, x, (image) =>
        named ? pool(image, size, steps, named) : pool(image, size, steps, around(pads), 'floor'),
      );
    };
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
