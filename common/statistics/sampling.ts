/** The interval that a number of rounds supports depends on how that number was decided. */
import { type Critical, type Interval, intervalBy } from './interval.js';
import { earlyLooks, levelAtEnd, type SequentialPlan } from './sequential.js';
import { criticalPosition, highestLevel } from './signed-rank.js';
import { criticalErrors, minStudentValues, studentP } from './student.js';

export interface Sampling {
  /** What makes the interval of so many values; null where nothing does. */
  critical(count: number): Critical | null;
  /** Two-sided p-value of "the centre is zero"; null where the values do not allow one. */
  p(values: readonly number[]): number | null;
  /** Share of the error probability that so many values may spend; null where they may spend none. */
  share(count: number): number | null;
}

/** Null where the values do not allow one. */
export function intervalOf(sampling: Sampling, values: readonly number[]): Interval | null {
  const critical = sampling.critical(values.length);
  return critical && intervalBy(critical, values);
}

/** By ranks where so many values carry the level, by Student's t otherwise; null where nothing does. */
function criticalAt(count: number, level: number): Critical | null {
  const position = criticalPosition(count, level);
  if (position !== undefined) return { method: 'signed-rank', position, level };
  const errors = criticalErrors(count, level);
  return errors === undefined ? null : { method: "Student's t", errors, level };
}

/** Level of the intervals from fewer rounds than the signed-rank method needs. */
const fewRoundsLevel = 0.95;

/** Every pair of targets asks for the same few numbers of rounds, and Student's quantile is a search. */
function remembered<Value>(make: (count: number) => Value): (count: number) => Value {
  const made = new Map<number, Value>();
  return (count) => {
    const known = made.get(count);
    if (known !== undefined) return known;
    const value = make(count);
    made.set(count, value);
    return value;
  };
}

/** The number of rounds was fixed beforehand, by count or by the clock. */
export const fixedSampling: Sampling = {
  critical: remembered((count) => criticalAt(count, highestLevel(count) ?? fewRoundsLevel)),
  p: (values) => (values.length < minStudentValues ? null : studentP(values)),
  share: (count) => (count < minStudentValues ? null : 1),
};

/**
 * Rounds went on until the data sufficed: every interval is one of a planned look, at that look's own level, so that it
 * holds at the plan's level whenever the sampling stopped; p-values are scaled accordingly. Student's interval stands in where
 * the rounds do not carry the look's level by the signed-rank method.
 */
export function sequentialSampling(plan: SequentialPlan, clockEnds: readonly number[] = []): Sampling {
  const levelOf = remembered((count) => levelAtEnd(plan, count, clockEnds));
  const share = (count: number) => {
    const level = levelOf(count);
    return level === null ? null : (1 - level) / (1 - plan.level);
  };
  return {
    share,
    critical: remembered((count) => {
      const level = levelOf(count);
      const critical = level === null ? null : criticalAt(count, level);
      return critical && { ...critical, level: plan.level };
    }),
    p(values) {
      const part = share(values.length);
      return part === null ? null : Math.min(1, studentP(values) / part);
    },
  };
}

/** More rounds than these are not worth their processes. */
export const maxAdaptiveRounds = 60;

/**
 * Looks of a run whose rounds go to what is not decided: from the fewest that have an interval to the most that are worth their
 * processes, at 3, 5, 8, 12, 18, 27, 40 and 60 rounds. With a quarter of what is left for each, five rounds tell a ratio of 1.25
 * apart among fifteen targets where ratios spread by up to 3 % between rounds, and the last look keeps an eighth.
 */
export const adaptiveLooks = earlyLooks(minStudentValues, maxAdaptiveRounds, 0.95, 0.25);

/** How the number of rounds was decided. */
export interface RoundsDecided {
  /** As a share, where rounds went on until comparisons were decided or known so well. */
  readonly precision?: number | undefined;
  /** Finished rounds each time the clock ended such a run, ascending. */
  readonly clockEnds?: readonly number[] | undefined;
}

export function samplingOf({ precision, clockEnds = [] }: RoundsDecided): Sampling {
  if (precision === undefined) return fixedSampling;
  const key = clockEnds.join();
  const known = adaptive.get(key);
  if (known) return known;
  const made = sequentialSampling(adaptiveLooks, clockEnds);
  adaptive.set(key, made);
  return made;
}

/** By when the clock ended the run: whoever asks for the same gets the same, with all that it remembers. */
const adaptive = new Map<string, Sampling>();
