/**
 * What the charts along a sweep have in common: a line for each target with its intervals over a logarithmic axis, and
 * the table behind it. Each chart says which quantity it shows and on which scale.
 */
import type { TopLevelSpec } from 'vega-lite';
import { at as elementAt } from '../../common/at.js';
import type { Estimate, RunResults } from '../../common/run/results.js';
import { settingsOf } from '../analyse/groups.js';
import type { Axis, ScalingLine, ScalingPoint, Sweep } from '../analyse/scaling.js';
import { threadsText } from '../text.js';
import { base } from './axes.js';
import { number, type Row, type SweepChart, type Table, type TableCell } from './chart.js';
import { colourOf, lookOf } from './page/look.js';
import { chartConfig } from './theme.js';

export interface SweepQuantity extends Pick<SweepChart, 'kind' | 'place' | 'axes'> {
  /** Caption of the drawing and its table. */
  readonly caption: string;
  /** Behind the table's caption. */
  unitOf(axis: Axis): string;
  /** Null where the point has no such quantity. */
  valueOf(point: ScalingPoint): Estimate | null;
  textOf(estimate: Estimate): string;
  readonly tooltip: string;
  /** Scale and axis of the values of these rows. */
  scaleOf(rows: readonly Row[], axis: Axis): object;
  /** The value that perfect scaling would give, relative to the start of the sweep. */
  readonly idealAt?: (relative: number) => number;
}

const placeTitles: Readonly<Record<Axis, string>> = {
  batch: 'batch size',
  threads: 'threads',
  length: 'steps of a sequence',
};

export function sweepChart(quantity: SweepQuantity): SweepChart {
  const { kind, place, axes } = quantity;
  return {
    of: 'sweep',
    kind,
    place,
    axes,
    draw({ results, sweep, among, title }) {
      const rows = sweepRows(quantity, sweep);
      if (!rows.some((row) => row.kind === 'measured')) return null;
      const targets = results.targets.map(({ target }) => target);
      const description = `${quantity.caption}: ${title}`;
      return {
        description,
        rows,
        spec: sweepSpec(quantity, sweep, rows, targets, sweepRows(quantity, among)),
        table: tableOf(quantity, results, sweep, description),
      };
    },
  };
}

function sweepRows(quantity: SweepQuantity, { lines, values }: Sweep): Row[] {
  const measured = lines.flatMap(({ target, points }) =>
    points.flatMap((point) => {
      const estimate = quantity.valueOf(point);
      if (!estimate) return [];
      const { value, low, high } = estimate;
      return [
        {
          kind: 'measured',
          target,
          at: point.at,
          value: rounded(value),
          low: rounded(low ?? value),
          high: rounded(high ?? value),
          text: quantity.textOf(estimate),
        },
      ];
    }),
  );
  const { idealAt } = quantity;
  if (!idealAt) return measured;
  const start = elementAt(values, 0, 'the values of a sweep');
  return [...measured, ...values.map((at) => ({ kind: 'ideal', at, value: idealAt(at / start) }))];
}

/** Four digits: more than a drawing shows. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/**
 * @param targets all of the run: a target has the same colour and shape in every drawing
 * @param scaled rows that the scale has to hold, those of other panels too
 */
export function sweepSpec(
  quantity: SweepQuantity,
  { axis, values }: Pick<Sweep, 'axis' | 'values'>,
  rows: readonly Row[],
  targets: readonly string[],
  scaled: readonly Row[] = rows,
): TopLevelSpec {
  const y = { type: 'quantitative' as const, ...quantity.scaleOf(scaled, axis) };
  const series = seriesOf(rows, targets);
  const measured = [{ filter: "datum.kind === 'measured'" }];
  return {
    ...base,
    config: { ...chartConfig, legend: { ...chartConfig.legend, columns: 3 } },
    height: 260,
    encoding: { x: placeEncoding(axis, values) },
    layer: [
      {
        transform: [{ filter: "datum.kind === 'ideal'" }],
        mark: { type: 'line', color: 'var(--ink-soft)', strokeDash: [5, 4], strokeWidth: 1.5 },
        encoding: { y: { ...y, field: 'value' } },
      },
      {
        transform: measured,
        mark: { type: 'line', strokeWidth: 1.5 },
        encoding: { y: { ...y, field: 'value' }, color: series.color },
      },
      {
        transform: measured,
        mark: { type: 'rule', strokeWidth: 3, opacity: 0.55 },
        encoding: { y: { ...y, field: 'low' }, y2: { field: 'high' }, color: series.color },
      },
      {
        transform: measured,
        mark: { type: 'point', filled: true, size: 60, opacity: 1 },
        encoding: {
          y: { ...y, field: 'value' },
          ...series,
          tooltip: [
            { field: 'target' },
            { field: 'at', title: placeTitles[axis] },
            { field: 'text', title: quantity.tooltip },
          ],
        },
      },
    ],
  };
}

function placeEncoding(axis: Axis, values: readonly number[]) {
  const domain = [0, -1].map((end) => elementAt(values, end, 'the values of a sweep'));
  return {
    field: 'at',
    type: 'quantitative' as const,
    scale: { type: 'log' as const, base: 2, domain, padding: 16 },
    axis: {
      title: `${placeTitles[axis]} (log scale)`,
      values: [...values],
      format: ',d',
      labelOverlap: 'greedy' as const,
      labelSeparation: 6,
    },
  };
}

/** More lines than this in one drawing are a tangle. */
const maxLines = 6;

/** The lines of a sweep in drawings of a few, the fastest ones first. */
export function panelsOf(sweep: Sweep): Sweep[] {
  const drawn = sweep.lines.filter(({ points }) => points.length > 0);
  if (drawn.length <= maxLines) return [sweep];
  const speedOf = ({ points }: ScalingLine) => points.at(-1)?.throughput.value ?? Number.NEGATIVE_INFINITY;
  const lines = [...sweep.lines].sort((a, b) => speedOf(b) - speedOf(a));
  const size = Math.ceil(drawn.length / Math.ceil(drawn.length / maxLines));
  const panels = Math.ceil(drawn.length / size);
  return Array.from({ length: panels }, (_, index) => ({
    ...sweep,
    // What has no point is in the last table.
    lines: lines.slice(index * size, index === panels - 1 ? undefined : (index + 1) * size),
  }));
}

function seriesOf(rows: readonly Row[], targets: readonly string[]) {
  const drawn = targets.flatMap((target, place) =>
    rows.some((row) => row.target === target) ? [place] : [],
  );
  const domain = drawn.map((place) => elementAt(targets, place));
  // Intervals are pale; what a legend shows is not.
  const legend = { symbolOpacity: 1 };
  const common = { field: 'target', type: 'nominal' as const, sort: null, legend };
  return {
    color: { ...common, scale: { domain, range: drawn.map(colourOf) } },
    shape: { ...common, scale: { domain, range: drawn.map((place) => lookOf(place).shape) } },
  };
}

function tableOf(quantity: SweepQuantity, results: RunResults, sweep: Sweep, description: string): Table {
  const { axis, identity, values, lines } = sweep;
  return {
    caption: `${description}${quantity.unitOf(axis)}`,
    head: ['Target', ...values.map((at) => placeText(axis, at))],
    rows: lines.map((line) => ({
      heading: line.target,
      cells: values.map((at) => cellOf(quantity, results, line, at, identity.mode)),
    })),
  };
}

function placeText(axis: Axis, at: number): string {
  return axis === 'threads' ? threadsText([at]) : `${axis} ${at.toLocaleString('en')}`;
}

/** A target that computes with fewer threads than it may says so beside the number that this explains. */
function cellOf(
  quantity: SweepQuantity,
  results: RunResults,
  { points, missing }: ScalingLine,
  at: number,
  mode: string,
): TableCell {
  const state = missing.get(at)?.state;
  if (state) return { text: state, note: state };
  const point = points.find((candidate) => candidate.at === at);
  const estimate = point && quantity.valueOf(point);
  if (!point || !estimate) return { text: point ? 'no base' : `no ${mode} here` };
  const effective = settingsOf(point.cell, results.targets).threads;
  const allowed = point.cell.threads;
  const isFewer = typeof effective === 'number' && allowed !== undefined && effective < allowed;
  const text = quantity.textOf(estimate);
  return number(isFewer ? `${text}; uses ${threadsText([effective])}` : text);
}

/** The numbers of these fields in all rows. */
export function numbersIn(rows: readonly Row[], ...fields: readonly string[]): number[] {
  return rows.flatMap((row) => fields.map((field) => row[field])).filter((one) => typeof one === 'number');
}
