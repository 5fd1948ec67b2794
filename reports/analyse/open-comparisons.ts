/**
 * Which comparisons of a run are not decided yet. Decided are neighbours in the ranking that are told apart or whose ratio is
 * known as well as was asked, and ratios to the fastest that are known as well as was asked.
 */
import { at } from '../../common/at.js';
import { groupCells } from '../../common/run/cell.js';
import { halfWidth, precisionAt } from '../../common/run/precision.js';
import type { CellResult, RunResults } from '../../common/run/results.js';
import { isToldApart } from '../../common/statistics/ranking.js';
import { type Sampling, samplingOf } from '../../common/statistics/sampling.js';
import { percent } from '../text.js';
import { isOk, type OkCell, pairAt, type Standings, standingsOf } from './groups.js';

/** Two cells of a group, or one that has no other to be compared with. */
export interface OpenComparison {
  readonly cells: readonly OkCell[];
  /** What is missing, as the first of them says it of the second, and the other way round. */
  whyOf(cell: OkCell): string;
}

export interface Openness {
  /** Comparisons that count: with the fastest, and of neighbours. */
  readonly count: number;
  readonly open: readonly OpenComparison[];
}

export function opennessOf({ cells, options }: Pick<RunResults, 'cells' | 'options'>): Openness {
  const { precision } = options;
  if (precision === undefined) return { count: 0, open: [] };
  return openComparisons(cells, precision, samplingOf(precision));
}

export function openComparisons(
  cells: readonly CellResult[],
  precision: number,
  sampling: Sampling,
): Openness {
  const groups = groupCells(cells).map((members) => openInGroup(members.filter(isOk), precision, sampling));
  return {
    count: groups.reduce((sum, { count }) => sum + count, 0),
    open: groups.flatMap(({ open }) => open),
  };
}

function openInGroup(ok: readonly OkCell[], precision: number, sampling: Sampling): Openness {
  const [only] = ok;
  if (only && ok.length === 1) return alone(only, precision);
  const standings = standingsOf(ok, sampling);
  const slower = standings.ordered.map((_, index) => index).slice(1);
  const found = slower.flatMap((first) => [
    withFastest(standings, first, precision),
    ...(first > 1 ? [withNeighbour(standings, first, precision)] : []),
  ]);
  return { count: found.length, open: found.flatMap((open) => open ?? []) };
}

/** A group with a single result has no ratio: its time stands in. */
function alone(cell: OkCell, precision: number): Openness {
  const known = halfWidth(cell.metrics.iterationNs);
  const whyOf = () => `its time is ${knownTo(known, precision)}`;
  return { count: 1, open: known > precision ? [{ cells: [cell], whyOf }] : [] };
}

function withFastest(standings: Standings, first: number, precision: number): OpenComparison | undefined {
  const { ratio } = pairAt(standings, first, 0);
  const asked = precisionAt(ratio.value, precision);
  const known = halfWidth(ratio);
  if (known <= asked) return undefined;
  return between(standings, first, 0, (other) => `its ratio to ${other} is ${knownTo(known, asked)}`);
}

function withNeighbour(standings: Standings, first: number, precision: number): OpenComparison | undefined {
  const pair = pairAt(standings, first, first - 1);
  const asked = precisionAt(pairAt(standings, first, 0).ratio.value, precision);
  const known = halfWidth(pair.ratio);
  if (isToldApart(pair) || known <= asked) return undefined;
  return between(
    standings,
    first,
    first - 1,
    (other) => `it is not told apart from ${other}, and their ratio is ${knownTo(known, asked)}`,
  );
}

function between(
  { ordered }: Standings,
  first: number,
  second: number,
  why: (other: string) => string,
): OpenComparison {
  const [slower, faster] = [at(ordered, first), at(ordered, second)];
  return {
    cells: [slower, faster],
    whyOf: (cell) => why(cell === slower ? faster.target : slower.target),
  };
}

/** `known to ±7 %, ±5 % is asked` */
function knownTo(known: number, asked: number): string {
  const found = Number.isFinite(known) ? `known to ±${percent(known)}` : 'not known';
  return `${found}, ±${percent(asked)} is asked`;
}
