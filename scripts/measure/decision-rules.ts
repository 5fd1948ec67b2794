/** Rules that decide whether a candidate is slower: the gate's, and common alternatives, all applied to the same rounds. */

import jstat from 'jstat';
import { sampleVariance } from 'simple-statistics';
import { confirmed, defaultRule, lookRounds, screened } from '../../common/statistics/decision.js';
import type { Interval } from '../../common/statistics/interval.js';
import { median } from '../../common/statistics/quantiles.js';
import type { Round } from './noise-families.js';

export interface Decision {
  readonly regressed: boolean;
  readonly verdict: string;
  /** Confidence interval of the log ratio; null if the rule has none. */
  readonly interval: Interval | null;
  readonly rounds: number;
}

export interface DecisionRule {
  readonly name: string;
  decide(rounds: Iterator<Round>): Decision;
}

const margin = 0.02;

function take(rounds: Iterator<Round>, count: number): Round[] {
  return Array.from({ length: count }, () => rounds.next().value as Round);
}

/** Log ratio of the medians of the two processes of a round. */
export const logRatio = ({ candidate, baseline }: Round): number => median(candidate) - median(baseline);

/** The rule of the gate, for a single comparison. */
export const gateRule: DecisionRule = {
  name: 'Touchstone',
  decide(rounds) {
    const screen = take(rounds, defaultRule.screenRounds).map(logRatio);
    const settled = screened(screen, margin, defaultRule);
    if (settled) return decisionOf(settled.verdict, settled.interval, screen.length);
    const later: number[] = [];
    for (const look of lookRounds(defaultRule)) {
      later.push(...take(rounds, look - later.length).map(logRatio));
      const found = confirmed(later, look, margin, defaultRule, defaultRule.alpha, false);
      if (found) return decisionOf(found.verdict, found.interval, screen.length + later.length);
    }
    throw new RangeError('the last look must decide');
  },
};

function decisionOf(verdict: string, interval: Interval | null, rounds: number): Decision {
  return { regressed: verdict === 'regressed', verdict, interval, rounds };
}

/** Welch's t-test on pooled samples, as if they were independent; p < 0.05. */
export const pooledWelch: DecisionRule = {
  name: 'pooled Welch, p < 0.05',
  decide(rounds) {
    const all = take(rounds, defaultRule.screenRounds);
    const [ours, theirs] = (['candidate', 'baseline'] as const).map((side) =>
      all.flatMap((round) => round[side].map(Math.exp)),
    ) as [number[], number[]];
    const [va, vb] = [sampleVariance(ours) / ours.length, sampleVariance(theirs) / theirs.length];
    const difference = mean(ours) - mean(theirs);
    const freedom = (va + vb) ** 2 / (va ** 2 / (ours.length - 1) + vb ** 2 / (theirs.length - 1));
    const half = jstat.jStat.studentt.inv(0.975, freedom) * Math.sqrt(va + vb);
    const scale = mean(theirs);
    const interval = {
      low: Math.log1p((difference - half) / scale),
      high: Math.log1p((difference + half) / scale),
      level: 0.95,
    };
    return decisionOf(interval.low > 0 ? 'regressed' : 'ok', interval, all.length);
  },
};

/** Compares the means of one process of each side with a threshold. */
function meanOfOneRun(threshold: number): DecisionRule {
  return {
    name: `mean of one run, ${100 * threshold} % threshold`,
    decide(rounds) {
      const [only] = take(rounds, 1);
      if (!only) throw new RangeError('no round');
      const ratio = mean(only.candidate.map(Math.exp)) / mean(only.baseline.map(Math.exp));
      return decisionOf(ratio > 1 + threshold ? 'regressed' : 'ok', null, 1);
    },
  };
}

export const commonRules: readonly DecisionRule[] = [pooledWelch, meanOfOneRun(0.03), meanOfOneRun(0.1)];

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The number of `regressed` among `draws` decisions, and the mean number of rounds. */
export function tally(
  draws: number,
  decide: (draw: number) => Decision,
): { regressed: number; rounds: number } {
  const all = Array.from({ length: draws }, (_, draw) => decide(draw));
  return {
    regressed: all.filter(({ regressed }) => regressed).length,
    rounds: all.reduce((sum, { rounds }) => sum + rounds, 0) / draws,
  };
}
