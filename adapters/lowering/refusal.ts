/** What a lowering says when it cannot express a graph. */
import type { Lowering, TargetPlan } from '../adapter.js';

/** The worker's protocol knows this name: the cell becomes `unsupported`, not `failed`. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
}

/** @throws UnsupportedError always; `reason` names the attribute or input that cannot be expressed */
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

/** What a target's `lower` returns: the plan, or what refused it. */
export function lowering(plan: () => TargetPlan): Lowering {
  try {
    return { plan: plan() };
  } catch (error) {
    if (error instanceof UnsupportedError) return { unsupported: error.message };
    throw error;
  }
}
