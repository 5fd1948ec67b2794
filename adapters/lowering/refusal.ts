/** How a lowering reports that a graph is unsupported. */
import type { Lowering, TargetPlan } from '../adapter.js';

/** The worker's protocol knows this name: the cell becomes `unsupported`, not `failed`. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
}

/** @throws UnsupportedError always. @param reason names the attribute, input or value that is not supported */
export function refuse(reason: string): never {
  throw new UnsupportedError(reason);
}

/**
 * The result of a decomposition. Where that is refused, the reason is the one for which there is a decomposition: it names what was
 * asked for, instead of the simpler operation that is missing.
 */
export function decomposed<Result>(reason: string, decompose: () => Result): Result {
  try {
    return decompose();
  } catch (error) {
    if (error instanceof UnsupportedError) refuse(reason);
    throw error;
  }
}

/** What a target's `lower` returns: the plan, or the reason of the UnsupportedError. */
export function lowering(plan: () => TargetPlan): Lowering {
  try {
    return { plan: plan() };
  } catch (error) {
    if (error instanceof UnsupportedError) return { unsupported: error.message };
    throw error;
  }
}
