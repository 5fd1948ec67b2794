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

/** What a target's `lower` returns: the plan, or what refused it. */
export function lowering(plan: () => TargetPlan): Lowering {
  try {
    return { plan: plan() };
  } catch (error) {
    if (error instanceof UnsupportedError) return { unsupported: error.message };
    throw error;
  }
}
