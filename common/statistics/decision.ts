/**
 * The decision rule of the gate, for one quantity of two sides that were measured in the same rounds.
 *
 * Two stages. A screen of a few rounds settles what is clearly unchanged. Whatever it does not settle is measured again,
 * and the verdict rests on those new rounds alone, so that noise which looked like a change once has to do so twice. The
 * new rounds come in looks that spend their error probability (`sequential.ts`): a large change is detected early, and
 * further looks add no false alarms.
 *
 * A verdict is about the margin, not about zero: `regressed` needs the interval above 1 + margin, `ok` needs it below.
 */

import { hodgesLehmann, type Interval } from './interval.js';
import { levelAtEnd, lookAt, planLooks, type SequentialPlan } from './sequential.js';
import { signedRankIntervalAt } from './signed-rank.js';

export interface DecisionRule {
  readonly screenRounds: number;
  /** Level of the screen's interval: it settles only what lies within the margin on both sides. */
  readonly screenLevel: number;
  /** Minimum and maximum of rounds of the confirmation. */
  readonly firstLook: number;
  readonly confirmRounds: number;
  /** Error probability of one confirmation, both sides and all looks together. */
  readonly alpha: number;
  /** The same for all quantities that are confirmed in one gate, shared among them as by Holm's method. */
  readonly familyAlpha: number;
}

/** `npm run measure:rule` shows their false alarms and power. */
export const defaultRule: DecisionRule = {
  screenRounds: 10,
  screenLevel: 0.95,
  firstLook: 8,
  confirmRounds: 50,
  alpha: 0.01,
  familyAlpha: 0.05,
};

export type Verdict = 'regressed' | 'improved' | 'ok' | 'inconclusive';

export function isChange(verdict: Verdict): boolean {
  return verdict === 'regressed' || verdict === 'improved';
}

export interface Finding {
  readonly verdict: Verdict;
  readonly stage: 'screen' | 'confirmation';
  /** Hodges–Lehmann estimate of the log ratio, candidate ÷ baseline. NaN without rounds. */
  readonly value: number;
  /** The interval of the log ratio; null where the rounds carry none. */
  readonly interval: Interval | null;
  readonly rounds: number;
}

/** Where an interval of a log ratio lies. `not worse`: below the upper margin, wherever its lower bound is. */
export type Place = 'worse' | 'better' | 'alike' | 'not worse' | 'unclear';

/** @param margin ratios from 1 / (1 + margin) to 1 + margin are no change */
export function placeOf(interval: Interval | null, margin: number): Place {
  const bound = Math.log1p(margin);
  if (!interval) return 'unclear';
  if (interval.low > bound) return 'worse';
  if (interval.high < -bound) return 'better';
  if (interval.high >= bound) return 'unclear';
  return interval.low > -bound ? 'alike' : 'not worse';
}

/** The screen's verdict: `ok`, or undefined where new rounds have to decide, or while there are too few. */
export function screened(
  logRatios: readonly number[],
  margin: number,
  rule: DecisionRule,
): Finding | undefined {
  if (logRatios.length < rule.screenRounds) return undefined;
  const interval = signedRankIntervalAt(logRatios, rule.screenLevel);
  return placeOf(interval, margin) === 'alike' ? finding('ok', 'screen', logRatios, interval) : undefined;
}

/** The looks of a confirmation whose error probability is `alpha`. */
function confirmationLooks(rule: DecisionRule, alpha: number): SequentialPlan {
  return planLooks(rule.firstLook, rule.confirmRounds, 1 - alpha);
}

/** The numbers of rounds after which a confirmation looks, whatever its error probability. */
export function lookRounds(rule: DecisionRule): number[] {
  return confirmationLooks(rule, 1).looks.map((look) => look.rounds);
}

/**
 * The verdict of new rounds after the screen; undefined while a further look may decide.
 *
 * @param logRatios of the confirmation's rounds only, in order
 * @param round how many rounds the confirmation has had; some may be missing from `logRatios`
 * @param alpha this quantity's part of the error probability, `shareOfFamily`
 * @param isOver no further round will follow: the clock or the plan ended the run
 */
export function confirmed(
  logRatios: readonly number[],
  round: number,
  margin: number,
  rule: DecisionRule,
  alpha: number,
  isOver: boolean,
): Finding | undefined {
  const plan = confirmationLooks(rule, alpha);
  const isLast = isOver || round >= rule.confirmRounds;
  const level = isLast ? levelAtEnd(plan, round) : (lookAt(plan, round)?.level ?? null);
  if (level === null) return isLast ? finding('inconclusive', 'confirmation', logRatios, null) : undefined;
  const interval = signedRankIntervalAt(logRatios, level);
  const verdict = verdictAt(placeOf(interval, margin), isLast);
  return verdict && finding(verdict, 'confirmation', logRatios, interval);
}

/** What is only known not to be worse may still prove to be better: that waits for the last look. */
function verdictAt(place: Place, isLast: boolean): Verdict | undefined {
  if (place === 'worse') return 'regressed';
  if (place === 'better') return 'improved';
  if (place === 'alike') return 'ok';
  if (!isLast) return undefined;
  return place === 'not worse' ? 'ok' : 'inconclusive';
}

function finding(
  verdict: Verdict,
  stage: Finding['stage'],
  logRatios: readonly number[],
  interval: Interval | null,
): Finding {
  return { verdict, stage, value: hodgesLehmann(logRatios), interval, rounds: logRatios.length };
}

/**
 * Each quantity's part of the family's error probability, as in Holm's method: all that are confirmed share it, and one
 * that has been called changed leaves its part to the others (Holm 1979; with looks: Maurer and Bretz, Statistics in
 * Biopharmaceutical Research 5, 2013).
 */
export function shareOfFamily(rule: DecisionRule, confirming: number, alreadyChanged: number): number {
  return Math.min(rule.alpha, rule.familyAlpha / Math.max(1, confirming - alreadyChanged));
}

/**
 * Whether the null control passes: the same thing measured twice must not look changed by half of the margin. Without an
 * interval it cannot fail.
 */
export function controlPasses(control: Interval | null, margin: number): boolean {
  const place = placeOf(control, margin / 2);
  return place !== 'worse' && place !== 'better';
}

/**
 * About how many rounds would settle what is inconclusive: the interval's half-width shrinks with the square root of
 * their number, and has to fit between the estimate and the nearer margin. Null where that cannot be estimated.
 */
export function roundsToSettle({ value, interval, rounds }: Finding, margin: number): number | null {
  if (!interval || rounds === 0) return null;
  const halfWidth = (interval.high - interval.low) / 2;
  const room = Math.abs(Math.log1p(margin) - Math.abs(value));
  if (room < 1e-4) return null;
  return Math.ceil(rounds * Math.max(1, halfWidth / room) ** 2);
}
