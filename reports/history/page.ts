/** The history as one page that needs nothing else: no network, and no script to be read. */
import { loadAssets } from '../html/assets.js';
import { drawSpec } from '../html/charts/draw.js';
import { historySpec, markLanes, rangeOf } from '../html/charts/history.js';
import type { Row } from '../html/charts/rows.js';
import { scriptData } from '../html/script-data.js';
import { number, type Table } from '../html/view/figure.js';
import { duration, inline, ratioText } from '../text.js';
import { type CellHistory, commitText, estimateOfPoint, type OkPoint, type Series } from './series.js';
import { arrow, changeText, dateText, noChangeText, runLines, runsText, seriesNote } from './words.js';

export async function renderHistory(histories: readonly CellHistory[]): Promise<string> {
  const assets = await loadAssets('history');
  const charts = histories.map(chartOf);
  const cells = await Promise.all(
    histories.map(async (history, index) => {
      const chart = charts[index];
      return {
        id: `cell-${index}`,
        cell: history.cell,
        note: seriesNote(history.series),
        svg: chart ? await drawSpec(chart.spec, chart.rows) : '',
        description: `Time per iteration of ${history.cell} in every run; the tables below hold the numbers.`,
        series: history.series.map((series) => seriesView(series)),
      };
    }),
  );
  return assets.template({
    cells,
    single: cells.length === 1 ? cells[0]?.cell : undefined,
    ...spanOf(histories),
    style: assets.style,
    scripts: assets.scripts,
    client: assets.client,
    data: scriptData(charts),
  });
}

function spanOf(histories: readonly CellHistory[]) {
  const points = histories.flatMap(({ series }) => series.flatMap((one) => one.points));
  const starts = points.map(({ run }) => run.startedAt).sort();
  return {
    runs: runsText(new Set(points.map(({ run }) => `${run.id} ${run.startedAt}`)).size),
    first: dateText(starts[0] ?? ''),
    last: dateText(starts.at(-1) ?? ''),
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

function chartOf({ series }: CellHistory): { spec: ReturnType<typeof historySpec>; rows: Row[] } | undefined {
  const points = series.flatMap(({ ok }) => ok).sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  if (points.length === 0) return undefined;
  const order = new Map(points.map((point, index) => [point, index + 1]));
  const drawn = series.filter(({ ok }) => ok.length > 0);
  const rows = [...drawn.flatMap((one) => runRows(one, order)), ...changeRows(drawn, order)];
  const labels = points.map(({ run }) => dateText(run.startedAt).slice(5, 10));
  return {
    spec: historySpec({ labels, series: drawn.map(({ letter }) => letter), range: rangeOf(rows) }),
    rows,
  };
}

function sortKey({ run }: OkPoint): string {
  return `${run.startedAt} ${run.id}`;
}

function runRows({ letter, ok }: Series, order: ReadonlyMap<OkPoint, number>): Row[] {
  return ok.map((point) => {
    const { value, low, high } = estimateOfPoint(point);
    const versions = Object.entries(point.cell.versions).map(([name, version]) => `${name} ${version}`);
    return {
      kind: 'run',
      series: letter,
      order: order.get(point) ?? 0,
      ns: Math.round(value),
      low: Math.round(low ?? value),
      high: Math.round(high ?? value),
      text: inline(duration({ value, low, high })),
      date: dateText(point.run.startedAt),
      commit: commitText(point),
      run: point.run.id,
      versions: versions.join(', '),
    };
  });
}

/**
 * Between the two runs, of which those of other series may lie in the midst: where there are several, the mark says whose
 * change it is. Neighbours stand in different lanes, since narrow windows put them close together.
 */
function changeRows(drawn: readonly Series[], order: ReadonlyMap<OkPoint, number>): Row[] {
  const placed = drawn.flatMap(({ letter, changes }) =>
    changes.map((change) => ({
      letter,
      change,
      at: ((order.get(change.before) ?? 0) + (order.get(change.after) ?? 0)) / 2,
    })),
  );
  placed.sort((a, b) => a.at - b.at);
  return placed.map(({ letter, change, at }, index) => {
    const { standing, ratio: size } = change;
    const value = `${arrow(change)} ${ratioText({ value: size.value, low: null, high: null })}`;
    const named = drawn.length > 1 ? `${letter} ${value}` : value;
    return {
      kind: 'change',
      series: letter,
      order: at,
      lane: index % markLanes,
      standing,
      mark: standing === 'confirmed' ? named : `${named}?`,
      text: ratioText(size),
    };
  });
}
