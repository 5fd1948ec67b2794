/**
 * Where the level of a series of runs changed, with the same care about noise as within a run.
 *
 * The run is the unit of replication: what differs between two sessions (temperature, neighbours, memory layout) is
 * common to all rounds of a run, so rounds say nothing of it, and a change is judged by runs on both sides of it.
 *
 * Candidates come from a piecewise constant fit of the log times. A candidate was picked because it looks like a change,
 * so the usual level would deceive. It is confirmed only if
 * 1. the exact rank-sum interval of the ratio, at 99 % over all places at which a change could have been picked
 *    (Bonferroni, which contains Holm over the candidates), is beyond the margin, and
 * 2. the shift stands out of the runs' own wandering: beyond the t bound at the same level, with a standard error
 *    widened for as much autocorrelation as so many runs cannot rule out. Ranks alone would take the slow drift of a
 *    machine for a change.
 * Everything else that looks like a change is `suspected`.
 */
import jstat from 'jstat';
import { changePoints } from '../../common/statistics/change-points.js';
import { median } from '../../common/statistics/quantiles.js';
import { hodgesLehmannShift, rankSumIntervalAt } from '../../common/statistics/rank-sum.js';

export interface Change {
  /** Index of the first run of the new level. */
  readonly at: number;
  readonly standing: 'confirmed' | 'suspected';
  /** Level after ÷ level before; `low` and `high` at `level`, null where the runs allow no interval. */
  readonly ratio: { value: number; low: number | null; high: number | null; level: number | null };
  /** Runs that it rests on. */
  readonly runsBefore: number;
  readonly runsAfter: number;
  /**
   * For a suspected one: how many more runs would confirm it if they are like those since; 0 where more runs cannot
   * come (another change followed) or would not tell.
   */
  readonly moreRuns: number;
}

/** A change within 2 % is none that matters: the usual margin of the gate. */
export const margin = 0.02;
const errorRate = 0.01;
/** The shortest level that the fit can tell. */
const shortest = 3;
/** More runs of a side say little more, and the exact distribution grows with their product. */
const nearest = 60;
/** Who would wait for more? */
const mostMoreRuns = 60;

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
    // Without it, its neighbours have more runs on their sides.
    starts = starts.filter((start) => start !== weakest.change.at);
  }
}

interface Judged {
  readonly change: Change;
  readonly confirmed: boolean;
  readonly suspicious: boolean;
  /** Shift ÷ what it has to exceed. */
  readonly strength: number;
}

function judge(logs: readonly number[], starts: readonly number[], index: number): Judged {
  const at = starts[index] ?? 0;
  const end = starts[index + 1] ?? logs.length;
  const before = logs.slice(Math.max(starts[index - 1] ?? 0, at - nearest), at);
  const after = logs.slice(at, Math.min(end, at + nearest));
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
    at,
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

/** Share of error for one place, when a change may be picked at any of them. */
function levelOf(runs: number): number {
  return errorRate / Math.max(1, runs - 2 * shortest + 1);
}

function isBeyondMargin(interval: { low: number; high: number } | null): boolean {
  if (!interval) return false;
  return interval.low > Math.log(1 + margin) || interval.high < -Math.log(1 + margin);
}

/** Not one run of either side is among those of the other, by more than the margin. */
function areApart(before: readonly number[], after: readonly number[]): boolean {
  const up = Math.min(...after) - Math.max(...before);
  const down = Math.min(...before) - Math.max(...after);
  return Math.max(up, down) > Math.log(1 + margin);
}

interface Noise {
  readonly deviation: number;
  /** Correlation of neighbouring runs within a level, as far as these runs show it. */
  readonly correlation: number;
}

function noiseOf(before: readonly number[], after: readonly number[]): Noise {
  const sides = [before, after].map(residuals);
  const squares = sides.flat().reduce((sum, value) => sum + value ** 2, 0);
  const products = sides
    .map((side) => side.slice(1).reduce((sum, value, index) => sum + value * (side[index] ?? 0), 0))
    .reduce((sum, product) => sum + product, 0);
  const freedom = Math.max(1, before.length + after.length - 2);
  return {
    // Runs that agree to the last digit are still not without noise.
    deviation: Math.max(Math.sqrt(squares / freedom), 1e-6),
    correlation: squares > 0 ? products / squares : 0,
  };
}

function residuals(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

/** The shift that noise of this kind reaches once in 1 / level. */
function shiftBound({ deviation, correlation }: Noise, before: number, after: number, runs: number): number {
  const count = before + after;
  // Estimated about two fitted means it is too small by about 2 / n, and its standard error is about 1 / √n: with 1.2 of
  // them, 20 wandering runs (lag-1 correlation 0.5) make a false change in 1 %, and a step of five deviations is found.
  const possible = Math.min(0.9, Math.max(0, correlation + 2 / count + 1.2 / Math.sqrt(count)));
  const widening = (1 + possible) / (1 - possible);
  const quantile = jstat.jStat.studentt.inv(1 - levelOf(runs) / 2, Math.max(1, count - 2));
  return quantile * deviation * Math.sqrt(widening * (1 / before + 1 / after));
}

/** How many runs like those since the change would confirm it; 0 where even many would not. */
function moreRuns(shift: number, noise: Noise, before: number, after: number, runs: number): number {
  for (let more = 1; more <= mostMoreRuns; more++) {
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

/** Single runs far from both sides would each be fitted by a level of their own. */
function withoutSpikes(values: readonly number[]): number[] {
  const reach = 4 * neighbourDeviation(values);
  return values.map((value, index) => {
    const centre = median(values.slice(Math.max(0, index - 3), index + 4));
    return Math.min(centre + reach, Math.max(centre - reach, value));
  });
}

/** Standard deviation from the differences of neighbours, which changes of level hardly touch. */
function neighbourDeviation(values: readonly number[]): number {
  const steps = values.slice(1).map((value, index) => Math.abs(value - (values[index] ?? 0)));
  return steps.length === 0 ? 0 : median(steps) / 0.6745 / Math.SQRT2;
}

/**
 * The newest one or two runs, too few for a level of their own, where they lie far beyond all since the last change: the
 * first sign of a change, which no single run can confirm.
 */
function lastRuns(logs: readonly number[], changes: readonly Change[]): Change[] {
  const level = logs.slice(Math.max(0, ...changes.map(({ at }) => at)));
  for (const count of [2, 1]) {
    const [before, after] = [level.slice(0, -count), level.slice(-count)];
    if (before.length < shortest || !areApart(before, after)) continue;
    const noise = noiseOf(before, [median(after)]);
    const shift = hodgesLehmannShift(after, before);
    if (Math.abs(shift) < 4 * noise.deviation) continue;
    return [
      {
        at: logs.length - count,
        standing: 'suspected',
        ratio: { value: Math.exp(shift), low: null, high: null, level: null },
        runsBefore: Math.min(nearest, before.length),
        runsAfter: count,
        moreRuns: moreRuns(Math.abs(shift), noise, Math.min(nearest, before.length), count, logs.length),
      },
    ];
  }
  return [];
}
