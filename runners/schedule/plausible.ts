/** What a worker says of a turn, against the coordinator's own clock: a number that cannot be true is no result. */

export interface TurnAnswer {
  readonly samplesNs: readonly number[];
  /** Iterations that each sample is the mean of. */
  readonly batch: number;
  readonly losses: readonly (number | null)[];
}

export interface TurnAsked {
  readonly maxIterations: number;
  /** Of the first so many iterations the losses are given; 0 where nothing is trained. */
  readonly steps: number;
}

/** Between the clocks of two processes, and for a clock that ticks in steps. */
const toleranceNs = 2e6;
/** A machine that is busy with other things may answer late, but not so late. */
const maxElapsedShare = 10_000;

/**
 * @param elapsedNs from the request to the answer
 * @returns why it cannot be true; undefined where it can
 */
export function implausibility(turn: TurnAnswer, asked: TurnAsked, elapsedNs: number): string | undefined {
  const { samplesNs, batch, losses } = turn;
  const count = samplesNs.length * batch;
  const claimedNs = batch * samplesNs.reduce((sum, ns) => sum + ns, 0);
  const milliseconds = (ns: number) => `${(ns / 1e6).toPrecision(3)} ms`;
  if (count === 0) return 'it was asked for a turn and took no iteration';
  if (count > asked.maxIterations)
    return `it took ${count} iterations where ${asked.maxIterations} were the most that it was asked for`;
  if (claimedNs > elapsedNs + toleranceNs)
    return `its iterations took ${milliseconds(claimedNs)} by its own clock, in a turn of ${milliseconds(elapsedNs)}`;
  if (claimedNs * maxElapsedShare < elapsedNs)
    return `its ${count} iterations took ${claimedNs} ns by its own clock, in a turn of ${milliseconds(elapsedNs)}`;
  const expected = Math.min(count, asked.steps);
  if (losses.length !== expected) return `it gave ${losses.length} losses where ${expected} are due`;
  return undefined;
}
