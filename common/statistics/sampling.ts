/** The interval that a number of rounds supports depends on how that number was decided. */
import { levelAtEnd, planLooks, type SequentialPlan } from './sequential.js';
import { highestLevel, type Interval, signedRankInterval, signedRankIntervalAt } from './signed-rank.js';
import { minStudentValues, studentInterval, studentP } from './student.js';

export interface Sampling {
  /** Null where the values do not allow one. */
  interval(values: readonly number[]): Interval | null;
  /** Two-sided p-value of "the centre is zero"; null where the values do not allow one. */
  p(values: readonly number[]): number | null;
}

/** Level of the intervals from fewer rounds than the signed-rank method needs. */
const fewRoundsLevel = 0.95;

/** What makes the interval of so many paired values; undefined where nothing does. */
export function intervalMethod(count: number): 'signed-rank' | "Student's t" | undefined {
  if (highestLevel(count) !== null) return 'signed-rank';
  return count < minStudentValues ? undefined : "Student's t";
}

/** The number of rounds was fixed beforehand, by count or by the clock. */
export const fixedSampling: Sampling = {
  interval: (values) => signedRankInterval(values) ?? studentInterval(values, fewRoundsLevel),
  p: (values) => (values.length < minStudentValues ? null : studentP(values)),
};

/**
 * Rounds went on until the data sufficed: every interval is one of a planned look, at that look's own level, so that it
 * holds at the plan's level whenever the sampling stopped; p-values are scaled accordingly.
 */
export function sequentialSampling(plan: SequentialPlan): Sampling {
  return {
    interval(values) {
      const level = levelAtEnd(plan, values.length);
      const interval = level === null ? null : signedRankIntervalAt(values, level);
      return interval && { ...interval, level: plan.level };
    },
    p(values) {
      const level = levelAtEnd(plan, values.length);
      return level === null ? null : Math.min(1, (studentP(values) * (1 - plan.level)) / (1 - level));
    },
  };
}

/** Looks of a run with `--precision`: from the first that carries an interval, to the most rounds that are worth their processes. */
export const precisionLooks = planLooks(8, 60, 0.95);

/** @param precision as a share, where rounds went on until the intervals were that narrow */
export function samplingOf(precision: number | undefined): Sampling {
  return precision === undefined ? fixedSampling : sequentialSampling(precisionLooks);
}
