/** What stands in one series: the same computation, under whichever name. */
import { expect, it } from 'vitest';
import type { RunResults } from '../../../common/run/results.js';
import { jsonOf } from '../../../reports/history/json.js';
import { recordRun } from '../../../reports/history/record.js';
import { type CellHistory, cellHistories } from '../../../reports/history/series.js';
import { HistoryStore } from '../../../reports/history/store.js';
import { renderCell } from '../../../reports/history/terminal.js';
import { seriesNote } from '../../../reports/history/words.js';
import { cell, contentOfModel, nthRun, temporaryStore, withContent } from './runs.js';

const small = contentOfModel('aaaa', '1x3x32x32');
const large = contentOfModel('aaaa', '1x3x256x256');
const renamed = cell.replace('lenet5', 'renamed');

function historiesOf(runs: readonly RunResults[], names: readonly string[] = [cell]): CellHistory[] {
  const file = temporaryStore();
  for (const run of runs) recordRun(run, file);
  const store = new HistoryStore(file);
  try {
    return cellHistories(new Map(names.map((name) => [name, store.points(name)])));
  } finally {
    store.close();
  }
}

const runsOf = (history: CellHistory | undefined) =>
  history?.series.map(({ points }) => points.map(({ run }) => run.id));

it('keeps runs of other shapes under one name apart, and names what differs', () => {
  const [history] = historiesOf([
    withContent(nthRun(0), small),
    withContent(nthRun(1), large),
    withContent(nthRun(2), small),
  ]);
  expect(runsOf(history)).toEqual([['run-0', 'run-2'], ['run-1']]);
  expect(history?.series.map(({ conditions }) => conditions)).toEqual([
    expect.stringMatching(/, inputs x: float32 1x3x32x32$/),
    expect.stringMatching(/, inputs x: float32 1x3x256x256$/),
  ]);
});

it('says nothing of content where there is one', () => {
  const [history] = historiesOf([withContent(nthRun(0), small), withContent(nthRun(1), small)]);
  expect(history?.series.map(({ conditions }) => conditions)).toEqual([expect.stringMatching(/ thread$/)]);
  expect(seriesNote(history?.series ?? [])).toBe('');
  const [run] = JSON.parse(jsonOf([history!])).cells[0].series[0].runs;
  expect(run).toMatchObject({ cell, content: small });
});

it('goes on with a model that was called otherwise, and says since when', () => {
  const runs = [
    withContent(nthRun(0), small),
    withContent(nthRun(1), small, 'renamed'),
    // The old name stands for another model now.
    withContent(nthRun(2), large),
  ];
  const [history] = historiesOf(runs, [renamed]);
  expect(runsOf(history)).toEqual([['run-0', 'run-1']]);
  expect(renderCell(history!, 10)).toContain('called lenet5');
  // Shown together, each run is shown once.
  const both = historiesOf(runs, [cell, renamed]);
  expect(both.map(({ cell: name }) => name)).toEqual([cell, renamed]);
  expect(both.map(runsOf)).toEqual([[['run-2']], [['run-0', 'run-1']]]);
});

it('copies that are measured side by side are two cells', () => {
  const run = withContent(nthRun(0), small);
  const copies = withContent(nthRun(0), small, 'renamed').cells.filter(
    ({ workload }) => workload === 'renamed',
  );
  const both = { ...run, cells: [...run.cells, ...copies] };
  const histories = historiesOf(
    [both, { ...both, id: 'later', startedAt: nthRun(1).startedAt }],
    [cell, renamed],
  );
  expect(histories.map(runsOf)).toEqual([[['run-0', 'later']], [['run-0', 'later']]]);
});

it('runs that do not say what they measured stand with the oldest that do, which is noted', () => {
  const [history] = historiesOf([nthRun(0), withContent(nthRun(1), small), withContent(nthRun(2), large)]);
  expect(runsOf(history)).toEqual([['run-0', 'run-1'], ['run-2']]);
  expect(seriesNote(history?.series ?? [])).toContain('A: 1 of 2 runs do not say which model');
  const [older] = historiesOf([nthRun(0), nthRun(1)]);
  expect(seriesNote(older?.series ?? [])).toBe('');
});
