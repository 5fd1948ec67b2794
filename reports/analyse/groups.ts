/** Comparison and ranking of all targets of one group of cells. */
import { at, required } from '../../common/at.js';
import { groupCells } from '../../common/run/cell.js';
import { deviceLabel } from '../../common/run/device.js';
import type { CellResult, Comparison, Group, TargetResult } from '../../common/run/results.js';
import {
  type DecidedPair,
  decidePairs,
  isToldApart,
  rankingAlpha,
  rankRanges,
} from '../../common/statistics/ranking.js';
import { fixedSampling, type Sampling } from '../../common/statistics/sampling.js';
import { valuesToReach } from '../../common/statistics/student.js';
import { notLikeForLike, type Settings } from './configuration-lint.js';
import { type PairedRatio, pairedRatio, pairedValue } from './estimates.js';

export type OkCell = CellResult & { metrics: NonNullable<CellResult['metrics']> };

export function groupsOf(
  cells: readonly CellResult[],
  targets: readonly TargetResult[],
  sampling: Sampling = fixedSampling,
): Group[] {
  const groups = groupCells(cells).flatMap((members) =>
    members[0] ? [groupOf(members[0], members.filter(isOk), targets, sampling)] : [],
  );
  // What stands in for a device comes behind all that is one.
  return [...groups.filter(({ software }) => !software), ...groups.filter(({ software }) => software)];
}

function groupOf(
  identity: CellResult,
  ok: readonly OkCell[],
  targets: readonly TargetResult[],
  sampling: Sampling,
): Group {
  const { workload, mode, batch, length, threads, precision, software } = identity;
  const { ordered, pairs } = standingsOf(ok, sampling);
  const ranks = rankRanges(ordered.length, pairs);
  return {
    workload,
    mode,
    batch,
    ...(length === undefined ? {} : { length }),
    ...(threads === undefined ? {} : { threads }),
    precision,
    ...(software ? { software } : {}),
    ranking: ordered.map(({ target }, index) => ({ target, ranks: at(ranks, index) })),
    comparisons: comparisonsOf(ordered, pairs, targets, sampling),
  };
}

/** Cells of one group, fastest first, and all their pairs, each with the slower position first. */
export interface Standings {
  readonly ordered: readonly OkCell[];
  readonly pairs: readonly CellPair[];
}

export function standingsOf(ok: readonly OkCell[], sampling: Sampling): Standings {
  const [first] = ok;
  const known = first && standings.get(first);
  if (known && known.sampling === sampling && isSame(known.ok, ok)) return known.standings;
  const ordered = fastestFirst(ok);
  const made = { ordered, pairs: pairsOf(ordered, sampling) };
  if (first) standings.set(first, { ok, sampling, standings: made });
  return made;
}

/** Kept with the first of their cells: the report asks for what results were derived from. */
const standings = new WeakMap<
  OkCell,
  { readonly ok: readonly OkCell[]; readonly sampling: Sampling; readonly standings: Standings }
>();

function isSame<Item>(one: readonly Item[], other: readonly Item[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}

/** The pair of two positions, of which the first comes after the second. */
export function pairAt({ pairs }: Standings, first: number, second: number): CellPair {
  return at(pairs, (first * (first - 1)) / 2 + second, 'the pairs of a group');
}

export function isOk(cell: CellResult): cell is OkCell {
  return cell.state === 'ok' && cell.metrics !== null;
}

/**
 * By within-round ratio to the fastest. The smallest median time is a first guess at it; ratios within rounds may
 * find another one, which then takes its place.
 */
function fastestFirst(cells: readonly OkCell[]): OkCell[] {
  const guess = [...cells].sort((a, b) => a.metrics.iterationNs.value - b.metrics.iterationNs.value)[0];
  if (!guess) return [];
  const fastest = orderedBy(guess, cells)[0] ?? guess;
  return [fastest, ...orderedBy(fastest, cells).filter((cell) => cell !== fastest)];
}

function orderedBy(baseline: OkCell, cells: readonly OkCell[]): OkCell[] {
  const ratios = new Map(
    cells.map((cell) => [cell, cell === baseline ? 1 : pairedValue(cell.samples, baseline.samples)]),
  );
  return [...cells].sort((a, b) => required(ratios, a) - required(ratios, b));
}

/** Two cells of a group, by position, with their ratio and the decision on it. */
export type CellPair = DecidedPair & PairedRatio;

/** All pairs of a group, decided under one family-wise error. */
function pairsOf(cells: readonly OkCell[], sampling: Sampling): CellPair[] {
  const pairs = cells.flatMap((cell, first) =>
    cells.slice(0, first).map((other, second) => {
      const found = pairedRatio(cell.samples, other.samples, sampling);
      const { ratio, p, logRatios } = found;
      return { ratio, p, logRatios, first, second, logRatio: Math.log(ratio.value) };
    }),
  );
  return decidePairs(pairs);
}

/** Every target against the fastest one, which comes first. */
function comparisonsOf(
  ordered: readonly OkCell[],
  pairs: readonly CellPair[],
  targets: readonly TargetResult[],
  sampling: Sampling,
): Comparison[] {
  const withFastest = pairs.filter(({ second }) => second === 0);
  const side = (own: CellResult) => ({ target: own.target, settings: settingsOf(own, targets) });
  return withFastest.map((pair) => {
    const [cell, fastest] = [at(ordered, pair.first), at(ordered, pair.second)];
    return {
      target: cell.target,
      baseline: fastest.target,
      ratio: pair.ratio,
      adjustedP: pair.adjustedP,
      furtherRounds: furtherRounds(pair, pairs.length, sampling),
      notLikeForLike: notLikeForLike(side(cell), side(fastest), cell.batch),
    };
  });
}

/** More rounds than this are not worth their time: the two are then as good as equal. */
const maxRoundsToDecide = 200;

/** About how many more rounds would tell two apart that are not. */
function furtherRounds(pair: CellPair, pairs: number, { share }: Sampling): number | null {
  if (isToldApart(pair)) return null;
  const needed = valuesToReach(pair.logRatios, rankingAlpha / pairs, maxRoundsToDecide, share);
  return needed === null ? null : Math.max(1, needed - pair.logRatios.length);
}

/** The target's device and settings, overridden by those of the thread count and of the cell, with what its threads come to. */
export function settingsOf(cell: CellResult, targets: readonly TargetResult[]): Settings {
  const target = targets.find((candidate) => candidate.target === cell.target);
  if (!target) return {};
  const own = { ...targetSettings(target, cell.threads), ...target.cellConfiguration[cell.id] };
  return { ...own, busyProcessors: busyProcessors(cell) };
}

/** How far processor time ÷ wall time may be from a whole number to stand for it. */
const maxFromWhole = 0.25;
/** In less, what an engine still compiles beside the iterations weighs more than they do. */
const minMeasuredNs = 1e9;

/** Processors that the cell really computes on, seen from outside; null where that is between two numbers, or not known. */
function busyProcessors({ metrics }: CellResult): number | null {
  if (!metrics?.cpuNsPerIteration || metrics.samples * metrics.iterationNs.value < minMeasuredNs) return null;
  const share = metrics.cpuNsPerIteration.value / metrics.iterationNs.value;
  const whole = Math.max(1, Math.round(share));
  return Math.abs(share - whole) <= maxFromWhole ? whole : null;
}

/** What all cells of a target with so many threads have in common. */
export function targetSettings(target: TargetResult, threads: number | undefined): Settings {
  const { device, configuration, threadConfiguration } = target;
  return {
    ...(device ? { device: deviceLabel(device) } : {}),
    ...configuration,
    ...threadConfiguration?.[String(threads)],
  };
}
