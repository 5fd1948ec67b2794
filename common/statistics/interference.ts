/**
 * Which turns ran beside foreign load, by a rule that is fixed before any result is seen and never looks at the times
 * that are compared.
 *
 * A turn is marked where any of these holds:
 * - the hypervisor took a tick from its processors (a tick is a fifth or more of a turn's 20 to 50 ms);
 * - its main thread was ready and not running for 5 % of the turn longer than the target's typical turn: a framework's
 *   own threads compete too, and that is part of its performance;
 * - the fixed work before or after it took 1.5 times the target's typical time on that side of a turn: a process that
 *   was just woken finds its caches cold.
 *
 * Typical is the median over the target's turns of the run.
 */
import { median } from './quantiles.js';
import { at } from './sequences.js';

export interface Witness {
  readonly workNs: readonly [number, number];
  readonly waitNs: number | null;
  readonly stolenTicks: number | null;
}

export interface WitnessedTurn {
  readonly target: string;
  /** Wall time of the turn's iterations together. */
  readonly lengthNs: number;
  /** Null where nothing was recorded beside the turn, which is then never marked. */
  readonly witness: Witness | null;
}

const maxExtraWait = 0.05;
const maxWorkRatio = 1.5;

/** For each turn, why it is marked; null where it is not. */
export function foreignLoad(turns: readonly WitnessedTurn[]): (string | null)[] {
  const typical = typicalByTarget(turns);
  return turns.map((turn) => {
    const { witness } = turn;
    const own = typical.get(turn.target);
    if (!witness || !own) return null;
    if (witness.stolenTicks !== null && witness.stolenTicks > 0)
      return 'the hypervisor took time from its processor';
    if (waitShare(turn) > own.waitShare + maxExtraWait) return 'another process had its processor';
    if (witness.workNs.some((ns, side) => ns > maxWorkRatio * at(own.workNs, side))) {
      return 'a fixed piece of work beside it was slow';
    }
    return null;
  });
}

interface Typical {
  readonly waitShare: number;
  /** Before a turn and after it. */
  readonly workNs: readonly [number, number];
}

function typicalByTarget(turns: readonly WitnessedTurn[]): Map<string, Typical> {
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
        workNs: [medianWorkNs(own, 0), medianWorkNs(own, 1)],
      },
    ]),
  );
}

function medianWorkNs(turns: readonly WitnessedTurn[], side: 0 | 1): number {
  return median(turns.flatMap(({ witness }) => (witness ? [witness.workNs[side]] : [])));
}

/** 0 where the system does not report the waiting time. */
function waitShare({ witness, lengthNs }: WitnessedTurn): number {
  return (witness?.waitNs ?? 0) / Math.max(lengthNs, 1);
}
