/** The operations of a model in one line, for the configuration of its cell. */
import type { PlannedOperation } from './plan.js';

/** `2 Conv+Relu, 2 MaxPool, 3 Gemm`: names in the order in which they first occur. */
export function formOf(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
}

export function nameOf({ kind, activation }: PlannedOperation): string {
  return activation ? `${kind}+${activation.kind}` : kind;
}
