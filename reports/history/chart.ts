/** One cell over time: a point and interval a run, a line a series, a vertical rule a change of level. */
import type { TopLevelSpec } from 'vega-lite';
import { required } from '../../common/at.js';
import { base } from '../html/axes.js';
import type { Row } from '../html/chart.js';
import { seriesColours, seriesShapes, timeLabels } from '../html/theme.js';
import { duration, inline, ratioText } from '../text.js';
import { type CellHistory, commitText, estimateOfPoint, type OkPoint, type Series } from './series.js';
import { arrow, dateText } from './words.js';

interface HistoryAxis {
  /** The label of each run, in order. */
  readonly labels: readonly string[];
  readonly series: readonly string[];
  /** Smallest and largest time that is drawn. */
  readonly range: readonly [number, number];
}

type LayeredSpec = Extract<TopLevelSpec, { layer: unknown }>;

const standings = ['confirmed', 'suspected'];

/** Marks of changes are distributed over this many lanes above the drawing. */
const markLanes = 3;
const laneHeight = 14;

type Colour = { readonly value: string } | { readonly field: string; readonly type: 'nominal' };

/** A rule at each change, and its mark above, in the colour of its series. */
function changeLayers(color: Colour): LayeredSpec['layer'] {
  const rule: LayeredSpec['layer'][number] = {
    transform: [{ filter: "datum.kind === 'change'" }],
    mark: { type: 'rule', strokeWidth: 1.5 },
    encoding: {
      color,
      strokeDash: {
        field: 'standing',
        type: 'nominal',
        scale: {
          domain: standings,
          range: [
            [1, 0],
            [4, 4],
          ],
        },
        legend: null,
      },
      tooltip: [{ field: 'standing' }, { field: 'text', title: 'change' }, { field: 'series' }],
    },
  };
  const marks = Array.from({ length: markLanes }, (_, lane) => ({
    transform: [{ filter: `datum.kind === 'change' && datum.lane === ${lane}` }],
    mark: {
      type: 'text' as const,
      align: 'center' as const,
      baseline: 'bottom' as const,
      dy: -3 - lane * laneHeight,
      fontSize: 11,
    },
    encoding: { y: { value: 0 }, text: { field: 'mark' } },
  }));
  return [rule, ...marks];
}

/** Runs are drawn at equal distances, in order of time: what changed between them matters, not how long it took. */
function historySpec({ labels, series, range }: HistoryAxis): TopLevelSpec {
  const [low, high] = range;
  const y = {
    type: 'quantitative' as const,
    scale: scaleOf(low, high),
    axis: {
      title: 'time per iteration',
      labelExpr: timeLabels,
      tickCount: 5,
      labelOverlap: 'greedy' as const,
    },
  };
  const colour = {
    field: 'series',
    type: 'nominal' as const,
    scale: { domain: [...series], range: seriesColours },
    legend: series.length > 1 ? {} : null,
  };
  const x = {
    field: 'order',
    type: 'quantitative' as const,
    scale: { domain: [0.4, labels.length + 0.6], nice: false, zero: false },
    axis: {
      title: 'runs in order of time',
      grid: false,
      values: labels.map((_, index) => index + 1),
      labelExpr: `${JSON.stringify(labels)}[datum.value - 1]`,
      labelOverlap: 'greedy' as const,
      labelSeparation: 8,
    },
  };
  return {
    ...base,
    height: 260,
    encoding: { x },
    layer: [
      ...changeLayers(series.length > 1 ? colour : { value: 'var(--bad)' }),
      {
        transform: [{ filter: "datum.kind === 'run'" }],
        mark: { type: 'line', strokeWidth: 1, opacity: 0.6 },
        encoding: { y: { ...y, field: 'ns' }, color: colour },
      },
      {
        transform: [{ filter: "datum.kind === 'run'" }],
        mark: { type: 'rule', strokeWidth: 2 },
        encoding: { y: { ...y, field: 'low' }, y2: { field: 'high' }, color: colour },
      },
      {
        transform: [{ filter: "datum.kind === 'run'" }],
        mark: { type: 'point', filled: true, size: 50, opacity: 1 },
        encoding: {
          y: { ...y, field: 'ns' },
          color: colour,
          shape: {
            field: 'series',
            type: 'nominal',
            scale: { domain: [...series], range: seriesShapes },
            legend: series.length > 1 ? {} : null,
          },
          tooltip: [
            { field: 'date' },
            { field: 'commit' },
            { field: 'text', title: 'time' },
            { field: 'run' },
            { field: 'series' },
            { field: 'versions' },
          ],
        },
      },
    ],
  };
}

/** An axis without length would label its only place with every digit: values that are closer together get one of ±5 %. */
function scaleOf(low: number, high: number) {
  if (high > 4 * low) return { type: 'log', padding: 12, nice: false } as const;
  if (high > 1.02 * low) return { zero: false, padding: 12 };
  return { zero: false, domain: [0.95 * low, 1.05 * high] };
}

/** Smallest and largest time of the rows, intervals included. */
function rangeOf(rows: readonly Row[]): [number, number] {
  const values = rows.flatMap(({ low, high }) => [low, high]).filter((value) => typeof value === 'number');
  return values.length === 0 ? [1, 1] : [Math.min(...values), Math.max(...values)];
}

/** Undefined where no run has a result. */
export function chartOf({ series }: CellHistory): { spec: TopLevelSpec; rows: Row[] } | undefined {
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
      order: required(order, point),
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
 * Between the two runs, with runs of other series possibly among them: where there are several series, the mark names its
 * own. Neighbours are in different lanes, since narrow windows put them close together.
 */
function changeRows(drawn: readonly Series[], order: ReadonlyMap<OkPoint, number>): Row[] {
  const placed = drawn.flatMap(({ letter, changes }) =>
    changes.map((change) => ({
      letter,
      change,
      at: (required(order, change.before) + required(order, change.after)) / 2,
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
