/** Who reads a tensor of a plan. */
import type { Draft } from './index.js';

/** Tensors that exactly one operation reads, and no output of the plan. */
export function readOnce({ operations, outputs }: Draft): ReadonlySet<number> {
  const counts = new Map<number, number>();
  const count = (tensor: number, times: number) => counts.set(tensor, (counts.get(tensor) ?? 0) + times);
  for (const { inputs } of operations) for (const tensor of inputs) count(tensor, 1);
  // An output has a reader of its own, so it is never read once.
  for (const { tensor } of outputs) count(tensor, 2);
  return new Set([...counts].flatMap(([tensor, times]) => (times === 1 ? tensor : [])));
}
