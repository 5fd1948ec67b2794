/** What happened to this process and its processor around a turn, measured outside the clock. */
import type { TurnWitness } from '../protocol/messages.js';
import type { Platform } from './platform.js';

/** The turn's result, with the difference between the marks right before and right after it. */
export async function witnessed<T>(
  platform: Pick<Platform, 'mark'>,
  turn: () => Promise<T>,
): Promise<T & { witness: TurnWitness }> {
  const before = await platform.mark();
  const result = await turn();
  const after = await platform.mark();
  return {
    ...result,
    witness: {
      workNs: [before.workNs, after.workNs],
      waitNs: increase(before.waitNs, after.waitNs),
      switches: increase(before.switches, after.switches),
    },
  };
}

/** Null where either is unknown. */
export function increase(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before;
}
