/** What the page says of every comparison in full: a table of numbers, and what makes it not like for like. */
import { required } from '../../../common/at.js';
import { groupBy } from '../../../common/group-by.js';
import { groupKey } from '../../../common/run/cell.js';
import type { Group, RunResults } from '../../../common/run/results.js';
import { samplingOf } from '../../../common/statistics/sampling.js';
import { counted, listed } from '../../../common/text.js';
import { isOk, type OkCell } from '../../analyse/groups.js';
import { levelText } from '../../level-text.js';
import { deviceOf, groupDifferences } from '../../summary.js';
import { bytes, duration, inline, once, ranksText, rate, ratio, throughputTitle } from '../../text.js';
import { number, type Table, type TableRow } from '../chart.js';
import { ratioOf, unlikeQuotient } from '../page/ratio.js';
import { cellSlug, item, type ResultTable, rankedCells, targetOf } from '../page/table.js';

export interface GroupView {
  readonly slug: string;
  readonly workload: string;
  readonly variant: string;
  readonly title: string;
  readonly verdict: string;
  /** In one line: what its table holds. */
  readonly summary: string;
  readonly differences: readonly string[];
  readonly numbers: Table | null;
}

export function groupViews(results: RunResults, table: ResultTable): GroupView[] {
  const byGroup = groupBy(results.cells, groupKey);
  return results.groups.map((group, index) => {
    const ok = (byGroup.get(groupKey(group)) ?? []).filter(isOk);
    return groupView(results, table, index, new Map(ok.map((cell) => [cell.target, cell])));
  });
}

function groupView(
  results: RunResults,
  table: ResultTable,
  index: number,
  byTarget: ReadonlyMap<string, OkCell>,
): GroupView {
  const group = item(results.groups, index);
  const { slug, workload, variant, title, verdict, ranked } = item(table.groups, index);
  const cells = rankedCells(table, index);
  const rounds = cells.map((cell) => item(table.cells.rounds, cell).length);
  const [least, most] = [Math.min(...rounds), Math.max(...rounds)];
  return {
    slug,
    workload,
    variant,
    title,
    verdict,
    summary: `${counted(ranked, 'target')}${cells.length > 0 ? `, ${least === most ? '' : `${least} to `}${counted(most, 'round')}` : ''}`,
    differences: groupDifferences(results, group),
    numbers: cells.length > 0 ? numbersTable(results, table, index, cells, byTarget) : null,
  };
}

function numbersTable(
  results: RunResults,
  table: ResultTable,
  index: number,
  cells: readonly number[],
  byTarget: ReadonlyMap<string, OkCell>,
): Table {
  const group = item(results.groups, index);
  const ok = cells.map((cell) => required(byTarget, targetOf(table, cell).name, 'the cells of a comparison'));
  const remarks = cells.map((cell) => remarksOf(table, cell, cells[0] ?? cell));
  const hasRemarks = remarks.some((text) => text !== '');
  const submissions = ok
    .map(({ metrics }) => metrics.throughput?.submissions)
    .find((count) => count !== undefined);
  const time =
    submissions === undefined
      ? ['Time per iteration', '÷ fastest']
      : ['Latency', '÷ fastest', `Items/s: ${throughputTitle(submissions)}`];
  const further = ['CPU time', 'Load', 'First', 'Memory', 'Rounds'];
  return {
    caption: `${item(table.groups, index).title}: times and ratios with ${levelsText(results, ok)}`,
    head: ['Target', 'Device', 'Rank', ...time, ...further, ...(hasRemarks ? ['Notes'] : [])],
    rows: cells.map((cell, place) => {
      const row = rowOf(results, table, group, cell, item(ok, place), submissions !== undefined);
      return hasRemarks ? { ...row, cells: [...row.cells, { text: item(remarks, place) }] } : row;
    }),
  };
}

/** How the intervals were made: cells that took fewer rounds may have another method than the others. */
function levelsText({ options }: RunResults, cells: readonly OkCell[]): string {
  const sampling = samplingOf(options);
  return listed([...new Set(cells.map(({ metrics }) => levelText(metrics.iterationNs, sampling)))], 'or');
}

function rowOf(
  results: RunResults,
  table: ResultTable,
  group: Group,
  cell: number,
  { metrics, ...found }: OkCell,
  isQueued: boolean,
): TableRow {
  const { iterationNs, throughput, cpuNsPerIteration, loadNs, firstNs, peakRssBytes } = metrics;
  const comparison = group.comparisons.find(({ target }) => target === found.target);
  const ranks = item(table.cells.ranks, cell);
  return {
    heading: found.target,
    ids: [cellSlug(table, cell)],
    cells: [
      { text: deviceOf(results, { ...found, metrics }) },
      number(ranks ? ranksText(ranks) : ''),
      number(inline(duration(iterationNs))),
      number(comparison ? inline(ratio(comparison.ratio)) : '1×'),
      ...(isQueued ? [number(throughput ? inline(rate(throughput.itemsPerSecond)) : 'no queue')] : []),
      number(cpuNsPerIteration ? once(cpuNsPerIteration.value) : 'not known'),
      number(loadNs ? once(loadNs.value) : 'not known'),
      number(firstNs ? once(firstNs.value) : 'not known'),
      number(peakRssBytes ? bytes(peakRssBytes.value) : 'not known'),
      number(String(item(table.cells.rounds, cell).length)),
    ],
  };
}

/** The notes of a cell, and the quotient of the times beside its ratio, where it is another. */
function remarksOf(table: ResultTable, cell: number, fastest: number): string {
  const quotient = unlikeQuotient(table, cell, fastest, ratioOf(table, cell, fastest));
  const own = item(table.cells.notes, cell).map((place) => item(table.texts, place));
  const other = quotient === undefined ? [] : [`the quotient of the times is ${quotient.toPrecision(3)}×`];
  return [...own, ...other].join('; ');
}
