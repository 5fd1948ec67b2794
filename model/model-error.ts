/** The error that every reader and checker of models throws. */
import { TouchstoneError } from '../common/errors.js';

/** What a file has that the neutral graph cannot say: nothing is lowered from it, but a runtime may be given the file as it is. */
export class NotDescribed extends TouchstoneError {
  constructor(message: string, hint?: string, cause?: unknown) {
    super('model', message, {
      ...(hint === undefined ? {} : { hint }),
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/** @param hint what the user can do about it */
export function modelError(message: string, hint?: string): TouchstoneError {
  return new TouchstoneError('model', message, hint === undefined ? {} : { hint });
}
