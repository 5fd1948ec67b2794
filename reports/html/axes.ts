/** What charts have in common: size, data set, axes. */
import { chartConfig, timeLabels } from './theme.js';

/** Width of a drawing made before scripts run; afterwards it follows the window. */
export const drawnWidth = 600;

/** A chart's specification begins with these. */
export const base = {
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  data: { name: 'rows' },
  config: chartConfig,
  width: drawnWidth,
} as const;

/** A line for each target, in the order of the rows. */
export const targetAxis = {
  field: 'target',
  type: 'nominal',
  sort: null,
  axis: { title: null, grid: false, ticks: false, domain: false, labelPadding: 6 },
} as const;

export const timeAxis = {
  title: 'time per iteration (log scale)',
  labelExpr: timeLabels,
  tickCount: 4,
  labelOverlap: 'greedy',
  labelSeparation: 10,
} as const;

export const logScale = { type: 'log', padding: 12, nice: false } as const;
