/** What a lowering says when it cannot express a graph. */
import { type Support, supported, unsupported } from '../adapter.js';

/** The worker's protocol knows this name: the cell becomes `unsupported`, not `failed`. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
}

/** @throws UnsupportedError always; `reason` names the attribute or input that cannot be expressed */
export function refuse(reason: string): never {
  throw new UnsupportedError(reason);
}

/** Whether `lower` goes through: the plan itself decides, so that nothing is claimed that cannot be built. */
export function supportOf(lower: () => unknown): Support {
  try {
    lower();
    return supported;
  } catch (error) {
    if (error instanceof UnsupportedError) return unsupported(error.message);
    throw error;
  }
}
