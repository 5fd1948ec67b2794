/**
 * What a cell computes, as far as its id does not say it: an id names a workload, and any file may have that name. It depends on the
 * model, its shapes and its settings alone, never on how this version of Touchstone lowers or keeps it.
 */
import { z } from 'zod';
import { differences } from '../text.js';

export const cellContent = z.object({
  /** Twelve hexadecimal digits over all that follows: equal ones compute the same, whatever they are called. */
  digest: z.string(),
  /** The same over operators, attributes and weights. */
  model: z.string(),
  /** Type and shape by input: `float32 1x3x224x224`. */
  inputs: z.record(z.string(), z.string()),
  /** Loss and optimiser of training, or the loop of a generation. */
  settings: z.string().optional(),
  /** Digest of the values that the user gave for inputs: data, or ranges to draw them from. */
  data: z.string().optional(),
});
export type CellContent = z.infer<typeof cellContent>;

/** What differs, each a clause: `its shapes differ (x: float32 1x3x32x32 → float32 1x3x256x256)`. */
export function contentDifferences(before: CellContent, after: CellContent): string[] {
  const shapes = differences(before.inputs, after.inputs);
  const part = (what: string, name: 'model' | 'settings' | 'data') =>
    before[name] === after[name] ? [] : [`${what} (${before[name] ?? 'none'} → ${after[name] ?? 'none'})`];
  return [
    ...part('the model differs', 'model'),
    ...(shapes.length === 0 ? [] : [`its shapes differ (${shapes.join(', ')})`]),
    ...part('its settings differ', 'settings'),
    ...part('the values given for its inputs differ', 'data'),
  ];
}
