/** The history as one self-contained page: it needs no network, and no script to be read. */
import { at } from '../../common/at.js';
import { counted, plainTexts } from '../../common/text.js';
import { loadAssets } from '../html/assets.js';
import { number, type Table } from '../html/chart.js';
import { drawSpec, pageSpec } from '../html/draw.js';
import { scriptData } from '../html/script-data.js';
import { chartOf } from './chart.js';
import type { CellHistory, Series } from './series.js';
import { changeText, dateText, noChangeText, runLines, seriesNote } from './words.js';

/** Names and messages are made plain first, as in the report. */
export async function renderHistory(given: readonly CellHistory[]): Promise<string> {
  const histories = plainTexts(given);
  const assets = await loadAssets('history');
  const charts = histories.map(chartOf);
  const cells = await Promise.all(
    histories.map(async (history, index) => ({ id: `cell-${index}`, ...(await cellView(history)) })),
  );
  return assets.template({
    cells,
    single: cells.length === 1 ? cells[0]?.cell : undefined,
    ...spanOf(histories),
    style: assets.style,
    scripts: assets.scripts,
    client: assets.client,
    data: scriptData(charts.map((chart) => chart && { ...chart, spec: pageSpec(chart.spec) })),
  });
}

/** How a drawing of one cell over time is read. */
export const historyCaption =
  'Each point is one run with the interval of its rounds. A vertical line is a change of level: drawn through where it is confirmed, dashed where it is suspected.';

/** One cell over time: its drawing, empty where no run has a result, and what is said of each series. */
export async function cellView(history: CellHistory) {
  const chart = chartOf(history);
  return {
    cell: history.cell,
    note: seriesNote(history.series),
    svg: chart ? await drawSpec(chart.spec, chart.rows) : '',
    description: `Time per iteration of ${history.cell} in every run; the tables below hold the numbers.`,
    caption: historyCaption,
    series: history.series.map((series) => seriesView(series)),
  };
}

function spanOf(histories: readonly CellHistory[]) {
  const points = histories.flatMap(({ series }) => series.flatMap((one) => one.points));
  const starts = points.map(({ run }) => run.startedAt).sort();
  return {
    runs: counted(new Set(points.map(({ run }) => `${run.id} ${run.startedAt}`)).size, 'run'),
    first: dateText(at(starts, 0, 'the runs of the history')),
    last: dateText(at(starts, -1, 'the runs of the history')),
  };
}

function seriesView(series: Series) {
  const { letter, conditions, changes } = series;
  return {
    letter,
    conditions,
    changes: changes.map((change) => ({
      standing: change.standing,
      confirmed: change.standing === 'confirmed',
      text: changeText(change),
    })),
    none: noChangeText(series),
    table: tableOf(series),
  };
}

function tableOf(series: Series): Table {
  return {
    caption: `Series ${series.letter}, newest run first`,
    head: ['Started (UTC)', 'Commit', 'Time per iteration', 'Rounds', 'State and changes', 'Run'],
    rows: runLines(series)
      .reverse()
      .map(({ date, commit, time, rounds, note, standing, run }) => ({
        heading: date,
        cells: [
          { text: commit },
          number(time),
          number(rounds),
          { text: note === '' ? 'ok' : note, note: standing === 'confirmed' ? 'warn' : '' },
          { text: run },
        ],
      })),
  };
}
