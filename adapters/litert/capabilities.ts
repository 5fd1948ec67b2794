/**
 * What LiteRT's converter takes of TensorFlow's operations, as far as it is known from a graph. What else it refuses is known
 * when it has seen the model; the reason is then its own.
 */
import { at } from '../../common/at.js';
import type { Capabilities, Limit } from '../lowering/capabilities.js';
import { any } from '../lowering/limits.js';
import { paddingOf } from '../lowering/operations/same-pads.js';
import { tensorflow } from '../tensorflow/capabilities.js';
import { tensorflowWindows } from '../tensorflow/windows.js';

const title = 'LiteRT';

const maxPool: Limit<'MaxPool'> = (settings, [x], kind) =>
  paddingOf(settings, x.shape.slice(1, -1), settings.kernel)
    ? undefined
    : `${kind} with pads ${settings.pads.join(' ')} is not supported by ${title}: it has SAME and VALID`;

const convTranspose: Limit<'ConvTranspose'> = (
  { strides, dilations, pads, outputPadding },
  [_, filters],
  kind,
) => {
  const reach = filters.shape.slice(0, -2).map((kernel, axis) => (kernel - 1) * at(dilations, axis));
  const isPlain = pads.every(([before, behind]) => before === 0 && behind === 0);
  const isWhole = outputPadding.every((each) => each === 0);
  const isSpread = strides.every((stride, axis) => stride <= at(reach, axis) + 1);
  return dilations.every((each) => each === 1) && isPlain && isWhole && isSpread
    ? undefined
    : `${kind} with dilations ${dilations}, pads ${pads.join(' ')} and output_padding ${outputPadding} is not supported by ${title}`;
};

export const litert: Capabilities = {
  ...tensorflow,
  title,
  operations: {
    ...tensorflow.operations,
    MaxPool: any(tensorflowWindows.MaxPool, maxPool),
    ConvTranspose: any(tensorflowWindows.ConvTranspose, convTranspose),
  },
};
