/** What a model is built of, in one line, for the configuration of its cell. */
import type { PlannedOperation } from './plan.js';

/** `2 Conv+Relu, 2 MaxPool, 3 Gemm`: kinds in the order in which they first occur. */
export function formOf(operations: readonly PlannedOperation[]): string {
  const counts = new Map<string, number>();
  for (const { kind, activation } of operations) {
    const name = activation ? `${kind}+${activation.kind}` : kind;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
}
