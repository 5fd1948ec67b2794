/**
 * Where the level of a series of runs changed, with the same care about noise as within a run.
 *
 * The run is the unit of replication: what differs between two sessions (temperature, other load, memory layout) is
 * common to all rounds of a run, so rounds say nothing about it, and a change is judged by the runs on both sides of it.
 *
 * Candidates come from a piecewise constant fit of the log times. A candidate was selected because it looks like a
 * change, so its level has to account for the selection. It is confirmed only if
 * 1. the exact rank-sum interval of the ratio, at 99 % over all places at which a change could have been selected
 *    (Bonferroni, which contains Holm over the candidates), is beyond the margin, and
 * 2. the shift exceeds the drift of the runs themselves: it is beyond the t bound at the same level, with a standard error
 *    widened for as much autocorrelation as so many runs cannot rule out. Ranks alone would take the slow drift of a
 *    machine for a change.
 * Everything else that looks like a change is `suspected`.
 */
import jstat from 'jstat';
import { at } from '../../common/at.js';
import { changePoints } from '../../common/statistics/change-points.js';
import { median } from '../../common/statistics/quantiles.js';
import { hodgesLehmannShift, rankSumIntervalAt } from '../../common/statistics/rank-sum.js';

export interface Change {
  /** Index of the first run of the new level. */
  readonly at: number;
  readonly standing: 'confirmed' | 'suspected';
  /** Level after ÷ level before; `low` and `high` at `level`, null where the runs allow no interval. */
  readonly ratio: { value: number; low: number | null; high: number | null; level: number | null };
  /** The runs that it rests on. */
  readonly runsBefore: number;
  readonly runsAfter: number;
  /**
   * For a suspected one: how many more runs would confirm it if they are like those since; 0 where no more runs can
   * follow (another change did) or they would not suffice.
   */
  readonly moreRuns: number;
}

/** A change within 2 % does not matter: the default margin of the gate. */
export const margin = 0.02;
const errorRate = 0.01;
/** Minimum length of a level in the fit. */
const minLevelLength = 3;
/** More runs of a side add little, and the cost of the exact distribution grows with their product. */
const maxRunsOfSide = 60;
/** Nobody would wait for more. */
const maxMoreRuns = 60;

/** @param times positive, one per run, in order */
export function findChanges(times: readonly number[]): Change[] {
  const logs = times.map(Math.log);
  let starts = changePoints(withoutSpikes(logs), Math.log(1 + margin))
    .slice(1)
    .map(({ from }) => from);
  const suspected: Change[] = [];
  for (;;) {
    const candidates = starts.map((_, index) => judge(logs, starts, index));
    const weakest = candidates
      .filter(({ confirmed }) => !confirmed)
      .sort((a, b) => a.strength - b.strength)[0];
    if (!weakest) {
      const changes = [...candidates.map(({ change }) => change), ...suspected];
      return [...changes, ...lastRuns(logs, changes)].sort((a, b) => a.at - b.at);
    }
    if (weakest.suspicious) suspected.push(weakest.change);
    // Without it, its neighbours have more runs on each side.
    starts = starts.filter((start) => start !== weakest.change.at);
  }
}

interface Judged {
  readonly change: Change;
  readonly confirmed: boolean;
  readonly suspicious: boolean;
  /** Shift ÷ the bound that it has to exceed. */
  readonly strength: number;
}

function judge(logs: readonly number[], starts: readonly number[], index: number): Judged {
  const boundaries = [0, ...starts, logs.length];
  const [begin, start, end] = [0, 1, 2].map((offset) => at(boundaries, index + offset)) as [
    number,
    number,
    number,
  ];
  const before = logs.slice(Math.max(begin, start - maxRunsOfSide), start);
  const after = logs.slice(start, Math.min(end, start + maxRunsOfSide));
  const shift = hodgesLehmannShift(after, before);
  const level = 1 - levelOf(logs.length);
  const strict = rankSumIntervalAt(after, before, level);
  const plain = strict ?? rankSumIntervalAt(after, before, 1 - errorRate);
  const noise = noiseOf(before, after);
  const bound = shiftBound(noise, before.length, after.length, logs.length);
  const confirmed = isBeyondMargin(strict) && Math.abs(shift) > bound;
  const suspicious = plain
    ? isBeyondMargin(rankSumIntervalAt(after, before, 1 - errorRate))
    : areApart(before, after);
  const isLast = end === logs.length;
  const change: Change = {
    at: start,
    standing: confirmed ? 'confirmed' : 'suspected',
    ratio: {
      value: Math.exp(shift),
      low: plain && Math.exp(plain.low),
      high: plain && Math.exp(plain.high),
      level: plain?.level ?? null,
    },
    runsBefore: before.length,
    runsAfter: after.length,
    moreRuns:
      confirmed || !isLast ? 0 : moreRuns(Math.abs(shift), noise, before.length, after.length, logs.length),
  };
  return { change, confirmed, suspicious, strength: Math.abs(shift) / bound };
}

/** Error probability of one place, where a change may be selected at any of them. */
function levelOf(runs: number): number {
  return errorRate / Math.max(1, runs - 2 * minLevelLength + 1);
}

function isBeyondMargin(interval: { low: number; high: number } | null): boolean {
  if (!interval) return false;
  return interval.low > Math.log(1 + margin) || interval.high < -Math.log(1 + margin);
}

/** The ranges of the two sides are farther apart than the margin. */
function areApart(before: readonly number[], after: readonly number[]): boolean {
  const up = Math.min(...after) - Math.max(...before);
  const down = Math.min(...before) - Math.max(...after);
  return Math.max(up, down) > Math.log(1 + margin);
}

interface Noise {
  readonly deviation: number;
  /** Estimated correlation of neighbouring runs within a level. */
  readonly correlation: number;
}

function noiseOf(before: readonly number[], after: readonly number[]): Noise {
  const sides = [before, after].map(residuals);
  const squares = sides.flat().reduce((sum, value) => sum + value ** 2, 0);
  const products = sides
    .map((side) => side.slice(1).reduce((sum, value, index) => sum + value * at(side, index), 0))
    .reduce((sum, product) => sum + product, 0);
  const freedom = Math.max(1, before.length + after.length - 2);
  return {
    // Runs that agree to the last digit have some noise nevertheless.
    deviation: Math.max(Math.sqrt(squares / freedom), 1e-6),
    correlation: squares > 0 ? products / squares : 0,
  };
}

function residuals(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

/** The shift that such noise reaches with the probability of the level. */
function shiftBound({ deviation, correlation }: Noise, before: number, after: number, runs: number): number {
  const count = before + after;
  // Estimated about two fitted means, the correlation is too small by about 2 / n, and its standard error is about 1 / √n.
  // With 1.2 standard errors, 20 drifting runs (lag-1 correlation 0.5) give a false change in 1 %, and a step of five
  // deviations is found.
  const possible = Math.min(0.9, Math.max(0, correlation + 2 / count + 1.2 / Math.sqrt(count)));
  const widening = (1 + possible) / (1 - possible);
  const quantile = jstat.jStat.studentt.inv(1 - levelOf(runs) / 2, Math.max(1, count - 2));
  return quantile * deviation * Math.sqrt(widening * (1 / before + 1 / after));
}

/** How many runs like those since the change would confirm it; 0 where even `maxMoreRuns` would not. */
function moreRuns(shift: number, noise: Noise, before: number, after: number, runs: number): number {
  for (let more = 1; more <= maxMoreRuns; more++) {
    const isEnough = smallestP(before, after + more) <= levelOf(runs + more);
    if (isEnough && shift > shiftBound(noise, before, after + more, runs + more)) return more;
  }
  return 0;
}

/** Two-sided p-value of two samples that do not overlap: 2 ÷ binomial(before + after, before). */
function smallestP(before: number, after: number): number {
  let ways = 1;
  for (let i = 1; i <= before; i++) ways *= (after + i) / i;
  return 2 / ways;
}

/** Otherwise a single run far from both sides would be fitted by its own level. */
function withoutSpikes(values: readonly number[]): number[] {
  const reach = 4 * neighbourDeviation(values);
  return values.map((value, index) => {
    const centre = median(values.slice(Math.max(0, index - 3), index + 4));
    return Math.min(centre + reach, Math.max(centre - reach, value));
  });
}

/** Standard deviation from the differences of neighbours, which changes of level hardly affect. */
function neighbourDeviation(values: readonly number[]): number {
  const steps = values.slice(1).map((value, index) => Math.abs(value - at(values, index)));
  return steps.length === 0 ? 0 : median(steps) / 0.6745 / Math.SQRT2;
}

/**
 * The newest one or two runs, too few for a level, where they are far beyond all runs since the last change: the first
 * sign of a change, which no single run can confirm.
 */
function lastRuns(logs: readonly number[], changes: readonly Change[]): Change[] {
  const level = logs.slice(Math.max(0, ...changes.map((change) => change.at)));
  for (const count of [2, 1]) {
    const [before, after] = [level.slice(0, -count), level.slice(-count)];
    if (before.length < minLevelLength || !areApart(before, after)) continue;
    const noise = noiseOf(before, [median(after)]);
    const shift = hodgesLehmannShift(after, before);
    if (Math.abs(shift) < 4 * noise.deviation) continue;
    return [
      {
        at: logs.length - count,
        standing: 'suspected',
        ratio: { value: Math.exp(shift), low: null, high: null, level: null },
        runsBefore: Math.min(maxRunsOfSide, before.length),
        runsAfter: count,
        moreRuns: moreRuns(
          Math.abs(shift),
          noise,
          Math.min(maxRunsOfSide, before.length),
          count,
          logs.length,
        ),
      },
    ];
  }
  return [];
}
