/** Estimates over rounds: the process is the unit of replication, so each round gives one value. */
import { groupBy } from '../../common/group-by.js';
import type { Estimate, TurnSamples } from '../../common/run/results.js';
import { hodgesLehmann, type Interval } from '../../common/statistics/interval.js';
import { median } from '../../common/statistics/quantiles.js';
import { fixedSampling, intervalOf } from '../../common/statistics/sampling.js';

/** The resolution of the clock, and positive, as the logarithm needs it. */
const resolutionNs = 1;

/** The turns that estimates are made from. */
export function keptTurns<Turn extends TurnSamples>(turns: readonly Turn[]): Turn[] {
  return turns.filter((turn) => turn.leftOut === null);
}

type Timed = Pick<TurnSamples, 'samplesNs' | 'batch'>;

/** What the iterations of a turn took together. */
export function timedNs({ samplesNs, batch = 1 }: Timed): number {
  return batch * samplesNs.reduce((sum, ns) => sum + ns, 0);
}

/** How many iterations a turn had. */
export function iterationsOf({ samplesNs, batch = 1 }: Timed): number {
  return batch * samplesNs.length;
}

/** Median time per iteration of each round that has samples, by round. */
export function roundMediansNs(turns: readonly TurnSamples[]): ReadonlyMap<number, number> {
  const known = mediansOf.get(turns);
  if (known) return known;
  const made = byRound(turns, (turnsOfRound) =>
    Math.max(resolutionNs, median(turnsOfRound.flatMap((turn) => turn.samplesNs))),
  );
  mediansOf.set(turns, made);
  return made;
}

/** A cell of fifteen is in fourteen pairs, and each asks for the medians of both. */
const mediansOf = new WeakMap<readonly TurnSamples[], ReadonlyMap<number, number>>();

/** One value for each round: the median of its samples. Positive, as the logarithm needs it. */
export function roundMediansOf(turns: readonly { round: number; samplesNs: readonly number[] }[]): number[] {
  return [...groupBy(turns, ({ round }) => round).values()].map((own) =>
    Math.max(resolutionNs, median(own.flatMap(({ samplesNs }) => samplesNs))),
  );
}

/** CPU time of the process per iteration, by round; null where the host does not report it. */
export function roundCpuNs(turns: readonly TurnSamples[]): Map<number, number> | null {
  if (!turns.every(isKnown)) return null;
  return byRound(turns, (turnsOfRound) => {
    const cpuNs = turnsOfRound.reduce((sum, turn) => sum + turn.cpuNs, 0);
    const iterations = turnsOfRound.reduce((sum, turn) => sum + iterationsOf(turn), 0);
    return Math.max(resolutionNs, cpuNs / iterations);
  });
}

function isKnown(turn: TurnSamples): turn is TurnSamples & { cpuNs: number } {
  return turn.cpuNs !== null;
}

function byRound<Turn extends TurnSamples>(
  turns: readonly Turn[],
  summarise: (turns: readonly Turn[]) => number,
): Map<number, number> {
  const rounds = groupBy(
    turns.filter(({ leftOut, samplesNs }) => leftOut === null && samplesNs.length > 0),
    ({ round }) => round,
  );
  return new Map([...rounds].sort(([a], [b]) => a - b).map(([round, list]) => [round, summarise(list)]));
}

/**
 * Median of positive values with the interval of their logarithms, in the values' own unit. Where the values
 * are so skewed that the interval does not contain the median, it is widened to do so.
 */
export function estimateOf(values: readonly number[], sampling = fixedSampling): Estimate {
  const value = median(values);
  const interval = intervalOf(sampling, values.map(Math.log));
  const rounds = values.length;
  if (!interval) return { value, low: null, high: null, level: null, rounds };
  const low = Math.min(value, Math.exp(interval.low));
  return { value, low, high: Math.max(value, Math.exp(interval.high)), level: interval.level, rounds };
}

/** amount ÷ estimate, bounds swapped. */
export function rateOf(amount: number, per: Estimate): Estimate {
  return {
    ...per,
    value: amount / per.value,
    low: per.high === null ? null : amount / per.high,
    high: per.low === null ? null : amount / per.low,
  };
}

export interface PairedRatio {
  readonly ratio: Estimate;
  /** Two-sided p-value of "no difference"; null where the rounds allow none. */
  readonly p: number | null;
  /** Logarithms of the rounds' ratios. */
  readonly logRatios: readonly number[];
}

/**
 * Time of `target` ÷ time of `baseline` from the rounds in which both have samples: within a round both met the same
 * state of the machine. Without a common round it is the ratio of the medians, and rests on no round.
 */
export function pairedRatio(
  target: readonly TurnSamples[],
  baseline: readonly TurnSamples[],
  sampling = fixedSampling,
): PairedRatio {
  const logRatios = pairedLogRatios(target, baseline);
  if (logRatios.length === 0) {
    const value = quotientOfMedians(target, baseline);
    return { ratio: { value, low: null, high: null, level: null, rounds: 0 }, p: null, logRatios };
  }
  const interval = intervalOf(sampling, logRatios);
  const ratio = ratioOf(hodgesLehmann(logRatios), interval, logRatios.length);
  return { ratio, p: sampling.p(logRatios), logRatios };
}

/** The value of the same ratio alone. */
export function pairedValue(target: readonly TurnSamples[], baseline: readonly TurnSamples[]): number {
  const logRatios = pairedLogRatios(target, baseline);
  return logRatios.length === 0 ? quotientOfMedians(target, baseline) : Math.exp(hodgesLehmann(logRatios));
}

function quotientOfMedians(target: readonly TurnSamples[], baseline: readonly TurnSamples[]): number {
  return medianOf(target) / medianOf(baseline);
}

function medianOf(turns: readonly TurnSamples[]): number {
  return median([...roundMediansNs(turns).values()]);
}

/** A ratio from its logarithm and the logarithm's interval. */
export function ratioOf(logRatio: number, interval: Interval | null, rounds: number): Estimate {
  return {
    value: Math.exp(logRatio),
    low: interval && Math.exp(interval.low),
    high: interval && Math.exp(interval.high),
    level: interval?.level ?? null,
    rounds,
  };
}

/** Logarithms of each round's median time, in round order. */
export function logMedians(turns: readonly TurnSamples[]): number[] {
  return [...roundMediansNs(turns).values()].map(Math.log);
}

/** Logarithms of the ratios of the rounds' medians, in round order, from the rounds in which both have samples. */
export function pairedLogRatios(target: readonly TurnSamples[], baseline: readonly TurnSamples[]): number[] {
  const theirs = roundMediansNs(baseline);
  const found: number[] = [];
  // Every pair of targets asks: without a list for each round.
  roundMediansNs(target).forEach((ns, round) => {
    const other = theirs.get(round);
    if (other !== undefined) found.push(Math.log(ns / other));
  });
  return found;
}
