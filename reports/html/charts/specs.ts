/** The five drawings, as Vega-Lite. Each takes its rows (`rows.ts`) from the data set `rows`. */
import type { TopLevelSpec } from 'vega-lite';
import { chartConfig, seriesColours, seriesShapes, timeLabels } from './theme.js';

export type ChartKind = 'intervals' | 'rounds' | 'sequence' | 'phases' | 'memory';

/** Width of a drawing made before scripts run; afterwards it follows the window. */
export const drawnWidth = 600;

const base = {
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  data: { name: 'rows' },
  config: chartConfig,
  width: drawnWidth,
} as const;

const targetAxis = {
  field: 'target',
  type: 'nominal',
  sort: null,
  axis: { title: null, grid: false, ticks: false, domain: false, labelPadding: 6 },
} as const;

const timeAxis = {
  title: 'time per iteration (log scale)',
  labelExpr: timeLabels,
  tickCount: 4,
  labelOverlap: 'greedy',
  labelSeparation: 10,
} as const;

const logScale = { type: 'log', padding: 12, nice: false } as const;

const standings = ['baseline', 'faster', 'slower', 'not told apart'];

/** Ratio to the baseline with its interval, on a log axis around a line at 1. */
const intervals: TopLevelSpec = {
  ...base,
  height: { step: 30 },
  encoding: { y: targetAxis },
  layer: [
    {
      mark: { type: 'rule', color: 'var(--ink-soft)', strokeDash: [4, 3] },
      encoding: { x: { datum: 1 }, y: { value: 0 }, y2: { value: 'height' } },
    },
    {
      mark: { type: 'rule', strokeWidth: 3, strokeCap: 'round' },
      encoding: {
        x: {
          field: 'low',
          type: 'quantitative',
          scale: { ...logScale, padding: 30 },
          axis: {
            title: '× the time of the baseline (log scale)',
            tickCount: 6,
            format: '~g',
          },
        },
        x2: { field: 'high' },
        color: {
          field: 'standing',
          type: 'nominal',
          scale: {
            domain: standings,
            range: ['var(--ink)', 'var(--series-1)', 'var(--series-2)', 'var(--ink-soft)'],
          },
        },
      },
    },
    {
      mark: { type: 'point', filled: true, size: 90, opacity: 1 },
      encoding: {
        x: { field: 'ratio', type: 'quantitative' },
        color: { field: 'standing', type: 'nominal' },
        shape: {
          field: 'standing',
          type: 'nominal',
          scale: { domain: standings, range: ['diamond', 'triangle-left', 'triangle-right', 'circle'] },
        },
        tooltip: [{ field: 'target' }, { field: 'text', title: 'ratio' }, { field: 'standing' }],
      },
    },
    ...[{ stroke: 'var(--paper)', strokeWidth: 4 }, {}].map((halo) => ({
      // The first, in the colour of the paper, keeps the line at 1 off the letters.
      mark: { type: 'text' as const, dy: -11, ...halo },
      encoding: { x: { field: 'ratio', type: 'quantitative' as const }, text: { field: 'text' } },
    })),
  ],
};

/** One process a point: its median, above a thinned strip of its iterations. */
const rounds: TopLevelSpec = {
  ...base,
  height: { step: 34 },
  encoding: { y: targetAxis },
  layer: [
    {
      transform: [{ filter: "datum.kind === 'iteration'" }],
      mark: { type: 'tick', thickness: 1, opacity: 0.45, color: 'var(--ink-soft)', height: 20 },
      encoding: { x: { field: 'ns', type: 'quantitative', scale: logScale, axis: timeAxis } },
    },
    {
      transform: [{ filter: "datum.kind === 'round'" }],
      mark: { type: 'point', filled: true, size: 55, opacity: 0.9, color: 'var(--series-1)' },
      encoding: {
        x: { field: 'ns', type: 'quantitative' },
        tooltip: [{ field: 'target' }, { field: 'text', title: 'median of the round' }, { field: 'round' }],
      },
    },
  ],
};

/** Every turn in the order of time, relative to its target's own median: drift shows as a slope common to all. */
const sequence: TopLevelSpec = {
  ...base,
  config: { ...chartConfig, legend: { ...chartConfig.legend, columns: 3 } },
  height: 200,
  encoding: {
    x: { field: 'startS', type: 'quantitative', axis: { title: 'seconds since the run began' } },
    y: {
      field: 'relative',
      type: 'quantitative',
      scale: { zero: false, padding: 6 },
      axis: { title: 'turn ÷ own median', tickCount: 5, format: '.0%' },
    },
    detail: { field: 'target' },
  },
  layer: [
    { mark: { type: 'line', strokeWidth: 1, color: 'var(--line)', opacity: 0.6 } },
    {
      mark: { type: 'point', filled: true, size: 28, opacity: 0.9 },
      encoding: {
        color: { field: 'target', type: 'nominal', sort: null, scale: { range: seriesColours } },
        shape: { field: 'target', type: 'nominal', sort: null, scale: { range: seriesShapes } },
        tooltip: [
          { field: 'target' },
          { field: 'round' },
          { field: 'text', title: 'median of the turn' },
          { field: 'relative', format: '.1%', title: 'of its median' },
        ],
      },
    },
  ],
};

const phaseNames = ['spawn', 'import', 'load', 'first', 'steady'];

/** What happens before the steady state, and how long it takes. */
const phases: TopLevelSpec = {
  ...base,
  height: { step: 30 },
  mark: { type: 'point', filled: true, size: 80, opacity: 0.95 },
  encoding: {
    y: targetAxis,
    x: {
      field: 'ns',
      type: 'quantitative',
      scale: logScale,
      axis: { ...timeAxis, title: 'duration (log scale)' },
    },
    color: {
      field: 'phase',
      type: 'nominal',
      scale: { domain: phaseNames, range: seriesColours.slice(0, 5) },
    },
    shape: {
      field: 'phase',
      type: 'nominal',
      scale: { domain: phaseNames, range: seriesShapes.slice(0, 5) },
    },
    tooltip: [{ field: 'target' }, { field: 'phase' }, { field: 'text', title: 'duration' }],
  },
};

const memory: TopLevelSpec = {
  ...base,
  height: { step: 26 },
  encoding: {
    y: targetAxis,
    x: { field: 'mebibytes', type: 'quantitative', axis: { title: 'MiB', tickCount: 5 } },
  },
  layer: [
    { mark: { type: 'bar', color: 'var(--series-1)', height: 14 } },
    { mark: { type: 'text', align: 'left', dx: 5 }, encoding: { text: { field: 'text' } } },
  ],
};

export const chartSpecs: Readonly<Record<ChartKind, TopLevelSpec>> = {
  intervals,
  rounds,
  sequence,
  phases,
  memory,
};
