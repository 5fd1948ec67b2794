/** What a transposition, a reshape and a second transposition do together to the order of the elements. */
import { at } from '../../../common/at.js';
import { elementCount } from '../../../model/graph.js';
import { ascending } from '../lists.js';

/**
 * Whether all elements stay in the order in which they lie.
 *
 * @param first and @param second the permutations, of what is reshaped and of the result of that
 * @param before and @param after the reshape
 */
export function isInOrder(
  first: readonly number[],
  before: readonly number[],
  after: readonly number[],
  second: readonly number[],
): boolean {
  const extents = commonExtents(before, after);
  if (!extents) return false;
  // The finer axes by their places in the reshape, as they lie at first and at last.
  const original = before.map((_, axis) => at(groups(extents, before), first.indexOf(axis)));
  const result = second.map((axis) => at(groups(extents, after), axis));
  const places = original.flat();
  const moved = result.flat().filter((place) => at(extents, place) > 1);
  return ascending(moved.map((place) => places.indexOf(place)));
}

/** The extents of finer axes, of which those of both shapes are made; undefined where there are none. */
function commonExtents(a: readonly number[], b: readonly number[]): readonly number[] | undefined {
  const found: number[] = [];
  const [left, right] = [a, b].map((shape) => shape.filter((extent) => extent > 1)) as [number[], number[]];
  while (left.length > 0 && right.length > 0) {
    const [x, y] = [at(left, 0), at(right, 0)];
    const extent = Math.min(x, y);
    if (x % extent > 0 || y % extent > 0) return undefined;
    found.push(extent);
    left.splice(0, 1, ...(x > extent ? [x / extent] : []));
    right.splice(0, 1, ...(y > extent ? [y / extent] : []));
  }
  return left.length === 0 && right.length === 0 ? found : undefined;
}

/** The places of the finer axes that each axis of a shape is made of. */
function groups(extents: readonly number[], shape: readonly number[]): readonly (readonly number[])[] {
  let next = 0;
  return shape.map((extent) => {
    const first = next;
    while (elementCount(extents.slice(first, next)) < extent) next += 1;
    return extents.slice(first, next).map((_, place) => first + place);
  });
}
