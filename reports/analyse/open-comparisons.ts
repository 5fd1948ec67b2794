/** Which comparisons of a run are not decided yet, and what each lacks. */
import { at } from '../../common/at.js';
import { groupCells } from '../../common/run/cell.js';
import type { CellResult, Estimate, RunResults } from '../../common/run/results.js';
import { countedPairs, halfWidth, type OpenPair, openPairs } from '../../common/statistics/precision.js';
import { maxAdaptiveRounds, type Sampling, samplingOf } from '../../common/statistics/sampling.js';
import { minStudentValues, valuesToNarrow } from '../../common/statistics/student.js';
import { percent } from '../text.js';
import { isOk, type OkCell, pairAt, standingsOf } from './groups.js';

export interface OpenComparison {
  /** Two cells of a group, or one that has no other to be compared with. */
  readonly cells: readonly OkCell[];
  /** What is missing, as one of them says it. */
  whyOf(cell: OkCell): string;
  /** About how many more rounds would make it known as well as was asked; null where they are too many. */
  readonly furtherRounds: number | null;
}

export interface Openness {
  /** Comparisons that count: with the fastest, and of neighbours in the ranking. */
  readonly count: number;
  readonly open: readonly OpenComparison[];
}

export function opennessOf({ cells, options }: Pick<RunResults, 'cells' | 'options'>): Openness {
  const { precision } = options;
  if (precision === undefined) return { count: 0, open: [] };
  return openComparisons(cells, precision, samplingOf(options));
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
  const { ordered } = standings;
  const open = openPairs(ordered.length, (first, second) => pairAt(standings, first, second), precision);
  return {
    count: countedPairs(ordered.length),
    open: open.map((pair) => {
      const { ratio } = pairAt(standings, pair.first, pair.second);
      return between(pair, ratio, at(ordered, pair.first), at(ordered, pair.second));
    }),
  };
}

/** A group with a single result has no ratio: its time stands in. */
function alone(cell: OkCell, precision: number): Openness {
  const known = halfWidth(cell.metrics.iterationNs);
  const whyOf = () => `its time is ${knownTo(known, precision)}`;
  const furtherRounds = roundsToKnow(cell.metrics.iterationNs, precision);
  return { count: 1, open: known > precision ? [{ cells: [cell], whyOf, furtherRounds }] : [] };
}

function between(
  { isNeighbour, known, asked }: OpenPair,
  ratio: Estimate,
  slower: OkCell,
  faster: OkCell,
): OpenComparison {
  return {
    cells: [slower, faster],
    furtherRounds: roundsToKnow(ratio, asked),
    whyOf(cell) {
      const { target } = cell === slower ? faster : slower;
      return isNeighbour
        ? `it is not told apart from ${target}, and their ratio is ${knownTo(known, asked)}`
        : `its ratio to ${target} is ${knownTo(known, asked)}`;
    },
  };
}

/** Of an estimate whose interval is that of a logarithm. */
function roundsToKnow({ low, high, level, rounds }: Estimate, asked: number): number | null {
  if (rounds < minStudentValues) return minStudentValues - rounds;
  if (low === null || high === null || level === null) return null;
  const known = { count: rounds, width: Math.log(high / low), level };
  const needed = valuesToNarrow(known, 2 * Math.log(1 + asked), maxAdaptiveRounds);
  return needed === null ? null : Math.max(1, needed - rounds);
}

/** `known to ±7 %, ±5 % is asked` */
function knownTo(known: number, asked: number): string {
  const found = Number.isFinite(known) ? `known to ±${percent(known)}` : 'not known';
  return `${found}, ±${percent(asked)} is asked`;
}
