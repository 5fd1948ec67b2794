/** Rows as images of height 1, and settings of one axis as those of two. */
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { at } from '../../../common/at.js';
import type { Pads, PerAxis } from '../../lowering/operations/operation.js';
import type { Tf } from '../tf.js';

export type Pair = [number, number];
type Triple = [number, number, number];

/** @param height of a row's image */
export function pair(items: PerAxis, height = 1): Pair {
  return items.length === 1 ? [height, at(items, 0)] : [at(items, 0), at(items, 1)];
}

export function triple(items: PerAxis): Triple {
  return [at(items, 0), at(items, 1), at(items, 2)];
}

/** Pads of an image as its calls take them. */
export function around(pads: Pads): [Pair, Pair, Pair, Pair] | 'valid' {
  if (pads.every(([before, behind]) => before === 0 && behind === 0)) return 'valid';
  const none: Pair = [0, 0];
  const [height, width] = pads.length === 1 ? [none, at(pads, 0)] : [at(pads, 0), at(pads, 1)];
  return [none, [...height], [...width], none];
}

/** A row as an image and back, whatever is done to it between. */
export function asImage(tf: Tf, x: Tensor, compute: (x: Tensor4D) => Tensor): Tensor {
  return x.rank === 3 ? tf.squeeze(compute(tf.expandDims(x, 1)), [1]) : compute(x as Tensor4D);
}
