/** What the interval by itself says of a ratio. */
import type { Estimate } from '../../common/run/results.js';

export function standingOf({ low, high }: Pick<Estimate, 'low' | 'high'>): 'faster' | 'slower' | 'undecided' {
  if (low !== null && low > 1) return 'slower';
  return high !== null && high < 1 ? 'faster' : 'undecided';
}
