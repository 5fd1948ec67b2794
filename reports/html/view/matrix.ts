/** All targets by all groups, as ratios to one baseline: a table for each choice of the baseline, the page shows one. */

import type { CellResult, Group, RunResults } from '../../../common/run/results.js';
import { type Sampling, samplingOf } from '../../../common/statistics/sampling.js';
import { pairedRatio } from '../../analyse/estimates.js';
import { isOk } from '../../analyse/groups.js';
import { groupCells } from '../../summary.js';
import { groupTitle, inline, ratio } from '../../text.js';
import { standingOf } from '../standing.js';
import { type Place, placeOf } from './groups.js';

export interface Matrix {
  /** Number of the baseline among the targets; empty for the fastest of each group. */
  readonly baseline: string;
  readonly caption: string;
  readonly shown: boolean;
  readonly groups: readonly ({ title: string } & Place)[];
  readonly rows: readonly { target: string; cells: readonly MatrixCell[] }[];
}

interface MatrixCell extends Place {
  readonly text: string;
  readonly interval: string;
  /** Names a colour and a symbol. */
  readonly standing: string;
  readonly symbol: string;
}

const symbols = {
  baseline: '◆',
  faster: '▼',
  slower: '▲',
  undecided: '≈',
} as const;

export function matrices(results: RunResults): Matrix[] {
  const compared = results.targets.flatMap(({ target }, index) =>
    results.groups.some((group) => group.ranking.some((ranked) => ranked.target === target))
      ? [{ target, index }]
      : [],
  );
  return [
    matrix(results, '', 'Time relative to the fastest target of each column', fastestOf),
    ...compared.map(({ target, index }) =>
      matrix(results, String(index), `Time relative to ${target}`, (cells) =>
        cells.find((cell) => cell.target === target && isOk(cell)),
      ),
    ),
  ];
}

function fastestOf(cells: readonly CellResult[], group: Group): CellResult | undefined {
  return cells.find((cell) => cell.target === group.ranking[0]?.target);
}

function matrix(
  results: RunResults,
  baseline: string,
  caption: string,
  baselineOf: (cells: readonly CellResult[], group: Group) => CellResult | undefined,
): Matrix {
  const sampling = samplingOf(results.options);
  const columns = results.groups.map((group) => {
    const cells = groupCells(results, group);
    return { title: groupTitle(group), place: placeOf(group), cells, baseline: baselineOf(cells, group) };
  });
  return {
    baseline,
    caption,
    shown: baseline === '',
    groups: columns.map(({ title, place }) => ({ title, ...place })),
    rows: results.targets.map(({ target }) => ({
      target,
      cells: columns.map(({ place, cells, baseline: against }) => ({
        ...place,
        ...entry(
          cells.find((cell) => cell.target === target),
          against,
          sampling,
        ),
      })),
    })),
  };
}

function entry(cell: CellResult | undefined, baseline: CellResult | undefined, sampling: Sampling) {
  if (!cell) return { text: 'not planned', interval: '', standing: 'none', symbol: '' };
  if (!isOk(cell)) return { text: cell.state, interval: '', standing: cell.state, symbol: '' };
  if (!baseline) return { text: 'no baseline here', interval: '', standing: 'none', symbol: '' };
  if (cell === baseline) {
    return { text: '1×', interval: '', standing: 'baseline', symbol: symbols.baseline };
  }
  const estimate = pairedRatio(cell.samples, baseline.samples, sampling).ratio;
  const written = ratio(estimate);
  const standing = standingOf(estimate);
  return {
    text: inline({ ...written, interval: '' }),
    interval: written.interval,
    standing,
    symbol: symbols[standing],
  };
}
