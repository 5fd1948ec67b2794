/** Who reads a tensor of a plan. */
import type { PlannedOperation } from '../plan.js';
import type { Draft } from './draft.js';

/** Operations by the tensors that they read; one that reads a tensor twice is listed twice. */
export function readersOf({ operations }: Draft): ReadonlyMap<number, readonly PlannedOperation[]> {
  const readers = new Map<number, PlannedOperation[]>();
  for (const operation of operations)
    for (const tensor of operation.inputs) readers.set(tensor, [...(readers.get(tensor) ?? []), operation]);
  return readers;
}

/** Tensors that exactly one operation reads and that are no output of the plan. */
export function readOnce({ operations, outputs }: Draft): ReadonlySet<number> {
  const counts = new Map<number, number>();
  const count = (tensor: number, times: number) => counts.set(tensor, (counts.get(tensor) ?? 0) + times);
  for (const { inputs } of operations) for (const tensor of inputs) count(tensor, 1);
  // An output is also read by the caller, so it is never read once.
  for (const { tensor } of outputs) count(tensor, 2);
  return new Set([...counts].flatMap(([tensor, times]) => (times === 1 ? tensor : [])));
}
