/** The numbers of a comparison in full, as a table. */
import { counted, listed } from '../../../common/text.js';
import {
  bytes,
  duration,
  inline,
  intervalText,
  once,
  ranksText,
  rate,
  ratio,
  throughputTitle,
} from '../../text.js';
import { number, type Table, type TableRow } from '../chart.js';
import { boundsOf } from './detail.js';
import { ratioOf, unlikeQuotient } from './ratio.js';
import { cellSlug, item, type ResultTable, rankedCells, targetOf } from './table.js';

/** Fastest first; null where no target has a result. */
export function numbersTable(table: ResultTable, group: number): Table | null {
  const cells = rankedCells(table, group);
  const [fastest] = cells;
  if (fastest === undefined) return null;
  const remarks = cells.map((cell) => remarksOf(table, cell, fastest));
  const hasRemarks = remarks.some((text) => text !== '');
  const submissions = cells.flatMap((cell) => item(table.cells.throughput, cell)?.[0] ?? [])[0];
  const time =
    submissions === undefined
      ? ['Time per iteration', '÷ fastest']
      : ['Latency', '÷ fastest', `Items/s: ${throughputTitle(submissions)}`];
  const further = ['CPU time', 'Load', 'First', 'Memory', 'Rounds'];
  return {
    caption: `${item(table.groups, group).title}: times and ratios with ${levelsText(table, cells)}`,
    head: ['Target', 'Device', 'Rank', ...time, ...further, ...(hasRemarks ? ['Notes'] : [])],
    rows: cells.map((cell, place) => {
      const row = rowOf(table, cell, fastest, submissions !== undefined);
      return hasRemarks ? { ...row, cells: [...row.cells, { text: item(remarks, place) }] } : row;
    }),
  };
}

/** `15 targets, 3 to 8 rounds` */
export function numbersSummary(table: ResultTable, group: number): string {
  const rounds = rankedCells(table, group).map((cell) => item(table.cells.rounds, cell).length);
  const targets = counted(item(table.groups, group).ranked, 'target');
  if (rounds.length === 0) return targets;
  const [least, most] = [Math.min(...rounds), Math.max(...rounds)];
  return `${targets}, ${least === most ? '' : `${least} to `}${counted(most, 'round')}`;
}

/** How the intervals were made: cells that took fewer rounds may have another method than the others. */
function levelsText({ cells: { rounds }, critical }: ResultTable, cells: readonly number[]): string {
  const texts = cells.map((cell) => {
    const { length } = item(rounds, cell);
    const made = critical[length] ?? null;
    return intervalText(made?.level ?? null, made?.method, length);
  });
  return listed([...new Set(texts)], 'or');
}

function rowOf(table: ResultTable, cell: number, fastest: number, isQueued: boolean): TableRow {
  const { cells } = table;
  const { name, device } = targetOf(table, cell);
  const [ranks, time] = [item(cells.ranks, cell), item(cells.time, cell)];
  const text = (value: number | null, textOf: (value: number) => string) =>
    number(value === null ? 'not known' : textOf(value));
  return {
    heading: name,
    ids: [cellSlug(table, cell)],
    of: [cell],
    cells: [
      { text: device },
      number(ranks ? ranksText(ranks) : ''),
      number(time ? inline(duration(boundsOf(time))) : ''),
      number(cell === fastest ? '1×' : inline(ratio(ratioOf(table, cell, fastest)))),
      ...(isQueued ? [number(throughputText(item(cells.throughput, cell)))] : []),
      text(item(cells.cpuNs, cell), once),
      text(item(cells.loadNs, cell), once),
      text(item(cells.firstNs, cell), once),
      text(item(cells.peakBytes, cell), bytes),
      number(String(item(cells.rounds, cell).length)),
    ],
  };
}

function throughputText(found: ResultTable['cells']['throughput'][number]): string {
  if (found === null) return 'no queue';
  const [, ...perSecond] = found;
  return inline(rate(boundsOf(perSecond)));
}

/** The notes of a cell, and the quotient of the times beside its ratio, where it is another. */
function remarksOf(table: ResultTable, cell: number, fastest: number): string {
  const quotient = unlikeQuotient(table, cell, fastest, ratioOf(table, cell, fastest));
  const own = item(table.cells.notes, cell).map((place) => item(table.texts, place));
  const other = quotient === undefined ? [] : [`the quotient of the times is ${quotient.toPrecision(3)}×`];
  return [...own, ...other].join('; ');
}
