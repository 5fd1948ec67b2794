/**
 * Sums of products of quantised numbers, which are whole: in float32, which every framework multiplies fast, as long as
 * it holds each of them exactly.
 */

import { binary, cast } from '../operations/emitter.js';
import type { Operand } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import { rangeOf } from './quantised.js';

/** float32 holds every whole number up to here. */
const mostExact = 2 ** 24;

/** How far from its zero point a number of that value can be. @param zero name of the zero points, if there are any */
export function reachOf(p: Planner, name: string, zero: string | undefined): number {
  const [low, high] = rangeOf(p.type(name));
  if (zero === undefined) return Math.max(-low, high);
  const known = p.graph.constants?.[zero];
  if (!known) return high - low;
  return Math.max(...known.map((point) => Math.max(Number(point) - low, high - Number(point))));
}

/**
 * Sizes of the parts of `count` whose sums float32 holds.
 *
 * @param terms products in a sum, for each of `count`
 * @param reach of a product
 */
export function exactParts(count: number, terms: number, reach: number): readonly number[] {
  const most = Math.floor(mostExact / reach / terms);
  if (most < 1) refuse(`the sum of ${terms} products of 8-bit integers is not exact in float32`);
  const parts = Math.ceil(count / most);
  return Array.from(
    { length: parts },
    (_, part) => Math.floor((count * (part + 1)) / parts) - Math.floor((count * part) / parts),
  );
}

/** The sum of such sums, as whole numbers where there are several. */
export function total(p: Planner, sums: readonly Operand[]): Operand {
  const [only, ...others] = sums;
  if (!only) throw new Error('there is no sum');
  if (others.length === 0) return only;
  const type = p.held('int32');
  return others.reduce((a, b) => binary(p, 'Add', a, cast(p, b, type)), cast(p, only, type));
}
