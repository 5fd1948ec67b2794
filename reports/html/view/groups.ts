/** What the page says of every comparison before its figures: who is fastest, and the table of all. */
import { defined } from '../../../common/at.js';
import type { Group, RunResults } from '../../../common/run/results.js';
import { samplingOf } from '../../../common/statistics/sampling.js';
import { listed } from '../../../common/text.js';
import { isOk, type OkCell } from '../../analyse/groups.js';
import { levelText } from '../../level-text.js';
import { deviceOf, groupCells, groupDifferences, verdict } from '../../summary.js';
import { duration, groupTitle, inline, ranksText, rate, ratio } from '../../text.js';
import { number, type Table } from '../chart.js';

/** What the selection on the page chooses by. */
export interface Place {
  readonly workload: string;
  readonly mode: string;
  readonly batch: number;
  readonly length: number | undefined;
  readonly threads: number | undefined;
}

export interface GroupView extends Place {
  readonly title: string;
  readonly verdict: string;
  readonly differences: readonly string[];
  readonly ranking: Table | null;
}

export function groupView(results: RunResults, group: Group): GroupView {
  const cells = rankedCells(results, group);
  return {
    ...placeOf(group),
    title: groupTitle(group),
    verdict: verdict(group),
    differences: groupDifferences(results, group),
    ranking: cells[0] ? rankingTable(results, group, cells, levelsText(results, cells)) : null,
  };
}

export function placeOf({ workload, mode, batch, length, threads }: Group): Place {
  return { workload, mode, batch, length, threads };
}

/** The `ok` cells of a group, fastest first. */
export function rankedCells(results: RunResults, group: Group): OkCell[] {
  const cells = groupCells(results, group).filter(isOk);
  return group.ranking.flatMap(({ target }) => cells.filter((cell) => cell.target === target));
}

/** How the intervals were made: cells that took fewer rounds may have another method than the others. */
function levelsText({ options }: RunResults, cells: readonly OkCell[]): string {
  const sampling = samplingOf(options);
  return listed([...new Set(cells.map(({ metrics }) => levelText(metrics.iterationNs, sampling)))], 'or');
}

function rankingTable(results: RunResults, group: Group, cells: readonly OkCell[], level: string): Table {
  return {
    caption: `${groupTitle(group)}: times and ratios with ${level}`,
    head: [
      'Target',
      'Device',
      'Rank',
      'Time per iteration',
      'Against the fastest',
      'Items per second',
      'CPU time',
      'Notes',
    ],
    rows: cells.map((cell) => {
      const { ranks } = defined(
        group.ranking.find(({ target }) => target === cell.target),
        `the rank of ${cell.target}`,
      );
      const comparison = group.comparisons.find(({ target }) => target === cell.target);
      const { iterationNs, itemsPerSecond, cpuNsPerIteration } = cell.metrics;
      return {
        heading: cell.target,
        cells: [
          { text: deviceOf(results, cell) },
          { text: ranksText(ranks) },
          number(inline(duration(iterationNs))),
          number(comparison ? inline(ratio(comparison.ratio)) : '1×'),
          number(rate(itemsPerSecond).value),
          number(
            cpuNsPerIteration === null
              ? 'not known'
              : inline({ ...duration(cpuNsPerIteration), interval: '' }),
          ),
          // That audits passed is normal, and said once for all under validity.
          { text: cell.notes.filter((note) => !note.endsWith('all passed')).join('; ') },
        ],
      };
    }),
  };
}
