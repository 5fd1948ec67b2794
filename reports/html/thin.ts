/** Keeps the page small: the run folder's `results.json` has every sample, the page an evenly spaced subset. */
import { at } from '../../common/at.js';

/** Up to `count` values, evenly spaced in their order. */
export function thinned<T>(values: readonly T[], count: number): T[] {
  if (values.length <= count) return [...values];
  return Array.from({ length: count }, (_, index) => {
    return at(values, Math.floor(((index + 0.5) * values.length) / count));
  });
}
