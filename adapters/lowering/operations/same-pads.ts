/** The padding that TensorFlow and Keras call `same`. */
import { at } from '../../../common/at.js';
import { sameList } from '../lists.js';
import type { Pads, PerAxis } from './operation.js';

export interface PaddedWindow {
  readonly strides: PerAxis;
  readonly dilations: PerAxis;
  readonly pads: Pads;
}

/**
 * What the padding of a window is called: `valid` is none, `same` as little as gives ⌈extent / stride⌉ positions, an odd element
 * at the end. Undefined for any other.
 *
 * @param extents of the spatial axes of the input
 * @param kernel extents of the kernel
 */
export function paddingOf(
  { strides, dilations, pads }: PaddedWindow,
  extents: PerAxis,
  kernel: PerAxis,
): 'valid' | 'same' | undefined {
  if (pads.every(([before, behind]) => before === 0 && behind === 0)) return 'valid';
  const isSame = pads.every((given, axis) => {
    const [extent, stride] = [at(extents, axis), at(strides, axis)];
    const reach = (at(kernel, axis) - 1) * at(dilations, axis) + 1;
    const sum = Math.max((Math.ceil(extent / stride) - 1) * stride + reach - extent, 0);
    return sameList(given, [Math.floor(sum / 2), Math.ceil(sum / 2)]);
  });
  return isSame ? 'same' : undefined;
}
