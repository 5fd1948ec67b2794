/** What the layers of Keras.js 1.0.3 compute on WebGL 2, where each has programs of its own. */
import { defined } from '../../common/at.js';
import type { Capabilities, Limit } from '../lowering/capabilities.js';
import { narrowed } from '../lowering/limits.js';
import { kerasjs, title } from './capabilities.js';

/** It joins images along their channels; vectors of different lengths come out wrong. */
const ofImages: Limit<'Concat'> = ({ axis }, [x]) => {
  const rank = defined(x, 'an operand').shape.length;
  return rank === 4 && axis === 3
    ? undefined
    : `Concat along axis ${axis} of ${rank} is not supported by ${title} on WebGL`;
};

export const kerasjsOnWebGl: Capabilities = {
  ...kerasjs,
  operations: narrowed(kerasjs.operations, { Concat: ofImages }),
};
