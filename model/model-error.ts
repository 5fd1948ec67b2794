/** The error that every reader and checker of models throws. */
import { TouchstoneError } from '../common/errors.js';

/** @param hint what the user can do about it */
export function modelError(message: string, hint?: string): TouchstoneError {
  return new TouchstoneError('model', message, hint === undefined ? {} : { hint });
}
