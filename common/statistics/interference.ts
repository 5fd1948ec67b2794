/**
 * Which turns ran under a load that was not theirs, by a rule that is fixed before any result is seen and never looks
 * at the times that are compared.
 *
 * A turn is marked where any of these holds:
 * - the hypervisor took a tick of its processors (a tick is at least a fifth of a turn's usual 20 to 50 ms);
 * - its main thread was ready and not running for 5 % of the turn longer than is usual for its target: threads of the
 *   framework's own compete too, which is its own affair;
 * - the fixed work before or after it took 1.5 times what is usual for its target on that side of a turn: a process
 *   that was just woken finds its caches cold.
 *
 * Usual is the median over the target's turns of the run.
 */
import { median } from './quantiles.js';

export interface Witness {
  readonly workNs: readonly [number, number];
  readonly waitNs: number | null;
  readonly stolenTicks: number | null;
}

export interface WitnessedTurn {
  readonly target: string;
  /** Wall time of the turn's iterations together. */
  readonly lengthNs: number;
  /** Null where nothing was witnessed: such a turn is never marked. */
  readonly witness: Witness | null;
}

const mostWaitShare = 0.05;
const mostWork = 1.5;

/** For each turn, why it is marked; null where it is not. */
export function foreignLoad(turns: readonly WitnessedTurn[]): (string | null)[] {
  const usual = usualByTarget(turns);
  return turns.map((turn) => {
    const { witness } = turn;
    const own = usual.get(turn.target);
    if (!witness || !own) return null;
    if ((witness.stolenTicks ?? 0) > 0) return 'the hypervisor took time from its processor';
    if (waitShare(turn) > own.waitShare + mostWaitShare) return 'another process had its processor';
    if (witness.workNs.some((ns, side) => ns > mostWork * (own.workNs[side] ?? ns))) {
      return 'a fixed piece of work beside it was slow';
    }
    return null;
  });
}

interface Usual {
  readonly waitShare: number;
  /** Before a turn and after it. */
  readonly workNs: readonly [number, number];
}

function usualByTarget(turns: readonly WitnessedTurn[]): Map<string, Usual> {
  const groups = new Map<string, WitnessedTurn[]>();
  for (const turn of turns) {
    if (!turn.witness) continue;
    const group = groups.get(turn.target);
    if (group) group.push(turn);
    else groups.set(turn.target, [turn]);
  }
  return new Map(
    [...groups].map(([target, own]) => [
      target,
      {
        waitShare: median(own.map(waitShare)),
        workNs: [0, 1].map((side) => median(own.flatMap(({ witness }) => witness?.workNs[side] ?? []))) as [
          number,
          number,
        ],
      },
    ]),
  );
}

function waitShare({ witness, lengthNs }: WitnessedTurn): number {
  return (witness?.waitNs ?? 0) / Math.max(lengthNs, 1);
}
