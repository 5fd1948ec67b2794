/** What a mutation is drawn from: the same seed gives the same mutation on every machine. */
import { at } from '../../../../common/at.js';
import { randomFor } from '../../../../runners/schedule/random.js';

export interface Draw {
  /** Uniform in [0, 1). */
  share(): number;
  /** An integer from 0 to `count` − 1. */
  below(count: number): number;
  pick<T>(items: readonly T[]): T;
}

/** @param purpose its own stream for each use of a seed */
export function drawFor(seed: number, purpose: string): Draw {
  const share = randomFor(seed, purpose);
  const below = (count: number) => Math.floor(share() * count);
  return { share, below, pick: (items) => at(items, below(items.length), 'what is drawn from') };
}
