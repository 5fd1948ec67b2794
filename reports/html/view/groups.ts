/** Sections that repeat for every group: ranking, and the five drawings with their tables. */

import type { TopLevelSpec } from 'vega-lite';
import type { Group, RunResults } from '../../../common/run/results.js';
import { samplingOf } from '../../../common/statistics/sampling.js';
import { percentileShares } from '../../analyse/cells.js';
import { keptTurns, roundMediansNs } from '../../analyse/estimates.js';
import { isOk } from '../../analyse/groups.js';
import { groupCells, groupDifferences, verdict } from '../../summary.js';
import { bytes, duration, groupTitle, inline, levelText, once, rate, ratio } from '../../text.js';
import type { Row } from '../charts/rows.js';
import {
  intervalRows,
  memoryRows,
  type OkCell,
  phaseRows,
  phasesOf,
  roundRows,
  sequenceRows,
} from '../charts/rows.js';
import type { Detail } from '../thin.js';
import { type Figure, type FigureSource, figure, number, type Table } from './figure.js';

export interface GroupView {
  readonly title: string;
  readonly workload: string;
  readonly mode: string;
  readonly batch: number;
  readonly length: number | undefined;
  readonly threads: number | undefined;
  readonly verdict: string;
  readonly differences: readonly string[];
  readonly ranking: Table | null;
  readonly intervals: Figure | null;
  readonly rounds: Figure | null;
  readonly sequence: Figure | null;
  readonly phases: Figure | null;
  readonly memory: Figure | null;
}

export interface PageDrawings {
  /** Rows of the page's data by figure; the intervals against target number k are under `<figure>@k`. */
  readonly rows: Record<string, Row[]>;
  /** Layouts by figure, where they are not those of its kind. */
  readonly specs: Record<string, TopLevelSpec>;
}

export async function groupView(
  results: RunResults,
  group: Group,
  index: number,
  { rows: pageRows }: PageDrawings,
  detail: Detail,
): Promise<GroupView> {
  const cells = rankedCells(results, group);
  const title = groupTitle(group);
  const sources = cells.length === 0 ? [] : sourcesOf(results, group, cells, index, detail);
  for (const source of sources) pageRows[source.id] = [...source.rows];
  for (const baseline of cells) {
    const number = results.targets.findIndex(({ target }) => target === baseline.target);
    pageRows[`intervals-${index}@${number}`] = intervalRows(
      cells,
      baseline,
      samplingOf(results.options.precision),
    );
  }
  const drawn = await Promise.all(sources.map((source) => figure(source, detail)));
  const of = (kind: string) => drawn.find((candidate) => candidate.kind === kind) ?? null;
  return {
    title,
    workload: group.workload,
    mode: group.mode,
    batch: group.batch,
    length: group.length,
    threads: group.threads,
    verdict: verdict(group),
    differences: groupDifferences(results, group),
    ranking: cells[0] ? rankingTable(group, cells, levelText(cells[0].metrics.iterationNs)) : null,
    intervals: of('intervals'),
    rounds: of('rounds'),
    sequence: of('sequence'),
    phases: of('phases'),
    memory: of('memory'),
  };
}

/** The `ok` cells of a group, fastest first. */
function rankedCells(results: RunResults, group: Group): OkCell[] {
  const cells = groupCells(results, group).filter(isOk);
  return group.ranking.flatMap(({ target }) => cells.filter((cell) => cell.target === target));
}

function rankingTable(group: Group, cells: readonly OkCell[], level: string): Table {
  return {
    caption: `${groupTitle(group)}: times and ratios with ${level}`,
    head: [
      'Target',
      'Rank',
      'Time per iteration',
      'Against the fastest',
      'Items per second',
      'CPU time',
      'Notes',
    ],
    rows: cells.map((cell) => {
      const { rank } = group.ranking.find(({ target }) => target === cell.target) ?? { rank: 0 };
      const shared = group.ranking.filter((other) => other.rank === rank).length > 1;
      const comparison = group.comparisons.find(({ target }) => target === cell.target);
      const { iterationNs, itemsPerSecond, cpuNsPerIteration } = cell.metrics;
      return {
        heading: cell.target,
        cells: [
          { text: `${rank}${shared ? '=' : ''}` },
          number(inline(duration(iterationNs))),
          number(comparison ? inline(ratio(comparison.ratio)) : '1×'),
          number(rate(itemsPerSecond).value),
          number(
            cpuNsPerIteration === null
              ? 'not known'
              : inline({ ...duration(cpuNsPerIteration), interval: '' }),
          ),
          // That audits passed is the rule, and said once for all under validity.
          { text: cell.notes.filter((note) => !note.endsWith('all passed')).join('; ') },
        ],
      };
    }),
  };
}

function sourcesOf(
  results: RunResults,
  group: Group,
  cells: readonly OkCell[],
  index: number,
  { marks }: Detail,
): FigureSource[] {
  const [fastest] = cells;
  const title = groupTitle(group);
  const { targets } = results;
  if (!fastest) return [];
  const make = (kind: FigureSource['kind'], description: string, rows: readonly Row[], table: Table) => ({
    id: `${kind}-${index}`,
    kind,
    description: `${description}: ${title}`,
    rows,
    table,
  });
  return [
    ...(cells.length > 1
      ? [
          make(
            'intervals',
            'Time of every target divided by that of the baseline, with intervals',
            intervalRows(cells, fastest, samplingOf(results.options.precision)),
            intervalTable(group),
          ),
        ]
      : []),
    make(
      'rounds',
      'Median time of each process, above single iterations',
      roundRows(cells, marks),
      quantileTable(title, cells),
    ),
    make(
      'sequence',
      'Turns in the order of time, relative to each target’s median',
      sequenceRows(cells, marks),
      roundTable(title, cells),
    ),
    make('phases', 'Duration of each phase', phaseRows(cells, targets), phaseTable(title, cells, targets)),
    make(
      'memory',
      'Highest resident set of a process of its own',
      memoryRows(cells),
      memoryTable(title, cells),
    ),
  ];
}

function intervalTable(group: Group): Table {
  return {
    caption: `Against the fastest: ${groupTitle(group)}`,
    head: ['Target', 'Baseline', 'Ratio', 'Interval', 'Rounds', 'p (Holm)'],
    rows: group.comparisons.map(({ target, baseline, ratio: estimate, adjustedP }) => ({
      heading: target,
      cells: [
        { text: baseline },
        number(inline(ratio(estimate))),
        { text: levelText(estimate) },
        number(String(estimate.rounds)),
        number(adjustedP === null ? 'too few rounds' : adjustedP.toPrecision(2)),
      ],
    })),
  };
}

/** A percentile that its samples do not support with an interval is not printed. */
function quantileTable(title: string, cells: readonly OkCell[]): Table {
  return {
    caption: `Single iterations of all processes, with 95 % intervals: ${title}`,
    head: ['Target', ...percentileShares.map((share) => `p${100 * share}`), 'Samples', 'Processes'],
    rows: cells.map(({ target, samples, metrics }) => ({
      heading: target,
      cells: [
        ...percentileShares.map((share) => {
          const found = metrics.percentilesNs.find((percentile) => percentile.share === share);
          return found ? number(inline(duration(found))) : { text: 'too few independent samples' };
        }),
        number(String(keptTurns(samples).reduce((sum, turn) => sum + turn.samplesNs.length, 0))),
        number(String(new Set(samples.map((turn) => turn.round)).size)),
      ],
    })),
  };
}

function roundTable(title: string, cells: readonly OkCell[]): Table {
  const medians = cells.map((cell) => roundMediansNs(cell.samples));
  const rounds = [...new Set(medians.flatMap((byRound) => [...byRound.keys()]))].sort((a, b) => a - b);
  return {
    caption: `Median of each round: ${title}`,
    head: ['Round', ...cells.map(({ target }) => target)],
    rows: rounds.map((round) => ({
      heading: String(round + 1),
      cells: medians.map((byRound) => {
        const ns = byRound.get(round);
        return number(ns === undefined ? '–' : once(ns));
      }),
    })),
  };
}

function phaseTable(title: string, cells: readonly OkCell[], targets: RunResults['targets']): Table {
  const phases = cells.map((cell) =>
    phasesOf(
      cell,
      targets.find(({ target }) => target === cell.target),
    ),
  );
  return {
    caption: `Phases: ${title}`,
    head: ['Target', ...(phases[0] ?? []).map(({ phase }) => phase)],
    rows: cells.map((cell, index) => ({
      heading: cell.target,
      cells: (phases[index] ?? []).map(({ ns }) => number(ns === null ? 'not known' : once(ns))),
    })),
  };
}

function memoryTable(title: string, cells: readonly OkCell[]): Table {
  return {
    caption: `Peak memory: ${title}`,
    head: ['Target', 'Peak resident set'],
    rows: cells.map(({ target, metrics }) => ({
      heading: target,
      cells: [number(metrics.peakRssBytes === null ? 'not known' : bytes(metrics.peakRssBytes))],
    })),
  };
}
