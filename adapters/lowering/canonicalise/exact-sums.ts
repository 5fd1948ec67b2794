/** Sums of products of quantised integers, in float32, which every framework multiplies fast, as long as they are exact. */
import { at } from '../../../common/at.js';
import { binary, cast } from '../operations/emitter.js';
import type { Operand } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import { rangeOf } from './quantised.js';

/** float32 holds every integer up to here. */
const maxExact = 2 ** 24;

/** Largest distance of a value from its zero point. @param zero name of the zero points, if there are any */
export function reachOf(p: Planner, name: string, zero: string | undefined): number {
  const [low, high] = rangeOf(p.type(name));
  if (zero === undefined) return Math.max(-low, high);
  const known = p.graph.constants?.[zero];
  if (!known) return high - low;
  return Math.max(...known.map((point) => Math.max(Number(point) - low, high - Number(point))));
}

/**
 * Sizes of the parts of a sum that are exact in float32.
 *
 * @param count of the summands
 * @param terms products in each of them
 * @param reach largest absolute value of a product
 */
export function exactParts(count: number, terms: number, reach: number): readonly number[] {
  const max = Math.floor(maxExact / reach / terms);
  if (max < 1) refuse(`the sum of ${terms} products of 8-bit integers is not exact in float32`);
  const parts = Math.ceil(count / max);
  return Array.from(
    { length: parts },
    (_, part) => Math.floor((count * (part + 1)) / parts) - Math.floor((count * part) / parts),
  );
}

/** The sum of such parts, in int32 where there are several. */
export function total(p: Planner, sums: readonly Operand[]): Operand {
  const first = at(sums, 0, 'sums');
  if (sums.length === 1) return first;
  const type = p.held('int32');
  return sums.slice(1).reduce((a, b) => binary(p, 'Add', a, cast(p, b, type)), cast(p, first, type));
}
