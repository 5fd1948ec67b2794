/**
 * What LiteRT's converter takes of TensorFlow's operations, as far as it is known from a graph. What else it refuses is known
 * when it has seen the model; the reason is then its own.
 */
import { at } from '../../common/at.js';
import type { Capabilities, Limit } from '../lowering/capabilities.js';
import { any } from '../lowering/limits.js';
import { isOne } from '../lowering/lists.js';
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
  const isPlain = [...pads.flat(), ...outputPadding].every((each) => each === 0);
  const isCovered = strides.every((stride, axis) => stride <= at(filters.shape, axis));
  return isOne(dilations) && isPlain && isCovered
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
