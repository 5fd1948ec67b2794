/** Comparison and ranking of all targets of one group of cells. */
import { at, required } from '../../common/at.js';
import { groupCells } from '../../common/run/cell.js';
import { deviceLabel } from '../../common/run/device.js';
import type { CellResult, Comparison, Group, TargetResult } from '../../common/run/results.js';
import { holm } from '../../common/statistics/holm.js';
import { rankingAlpha } from '../../common/statistics/ranking.js';
import { fixedSampling, type Sampling } from '../../common/statistics/sampling.js';
import { notLikeForLike, type Settings } from './configuration-lint.js';
import { pairedRatio } from './estimates.js';

export type OkCell = CellResult & { metrics: NonNullable<CellResult['metrics']> };

export function groupsOf(
  cells: readonly CellResult[],
  targets: readonly TargetResult[],
  sampling: Sampling = fixedSampling,
): Group[] {
  return groupCells(cells).flatMap((members) =>
    members[0] ? [groupOf(members[0], members.filter(isOk), targets, sampling)] : [],
  );
}

function groupOf(
  identity: CellResult,
  ok: readonly OkCell[],
  targets: readonly TargetResult[],
  sampling: Sampling,
): Group {
  const { workload, mode, batch, length, threads, precision } = identity;
  const ordered = fastestFirst(ok);
  return {
    workload,
    mode,
    batch,
    ...(length === undefined ? {} : { length }),
    ...(threads === undefined ? {} : { threads }),
    precision,
    ranking: rankingOf(ordered, sampling),
    comparisons: comparisonsWith(ordered[0], ordered.slice(1), targets, sampling),
  };
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
    cells.map((cell) => [
      cell,
      cell === baseline ? 1 : pairedRatio(cell.samples, baseline.samples).ratio.value,
    ]),
  );
  return [...cells].sort((a, b) => required(ratios, a) - required(ratios, b));
}

/**
 * Every target against one baseline, Holm-adjusted over them. Comparisons without a p-value count in the family too:
 * they were made.
 */
export function comparisonsWith(
  baseline: CellResult | undefined,
  others: readonly CellResult[],
  targets: readonly TargetResult[],
  sampling: Sampling,
): Comparison[] {
  if (!baseline) return [];
  const pairs = others.map((cell) => pairedRatio(cell.samples, baseline.samples, sampling));
  const adjusted = holm(pairs.map(({ p }) => p ?? 1));
  return pairs.map(({ ratio, p }, index) => {
    const cell = at(others, index);
    const side = (own: CellResult) => ({ target: own.target, settings: settingsOf(own, targets) });
    return {
      target: cell.target,
      baseline: baseline.target,
      ratio,
      adjustedP: p === null ? null : at(adjusted, index),
      notLikeForLike: notLikeForLike(side(cell), side(baseline), cell.batch),
    };
  });
}

/** The target's device and settings, overridden by those of the thread count and of the cell. */
export function settingsOf(cell: CellResult, targets: readonly TargetResult[]): Settings {
  const target = targets.find((candidate) => candidate.target === cell.target);
  return target ? { ...targetSettings(target, cell.threads), ...target.cellConfiguration[cell.id] } : {};
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

/**
 * Ranks from the leader down: all that follow are compared with the leader, Holm-adjusted; the first with a significant
 * difference leads the next rank. Rank numbers leave room for ties: 1, 1, 3.
 */
function rankingOf(ordered: readonly OkCell[], sampling: Sampling): Group['ranking'] {
  const ranking: Group['ranking'] = [];
  for (let start = 0; start < ordered.length; ) {
    const stage = ordered.slice(start);
    const comparisons = comparisonsWith(stage[0], stage.slice(1), [], sampling);
    const next = comparisons.findIndex(({ ratio, adjustedP }) => isSlower(ratio.value, adjustedP));
    const size = next < 0 ? stage.length : next + 1;
    for (const cell of stage.slice(0, size)) ranking.push({ target: cell.target, rank: start + 1 });
    start += size;
  }
  return ranking;
}

/** Significantly slower than the leader. */
function isSlower(ratio: number, adjustedP: number | null): boolean {
  return adjustedP !== null && adjustedP <= rankingAlpha && ratio > 1;
}
