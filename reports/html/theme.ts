/**
 * Colours are names of CSS variables: the same drawing, made before or after scripts run, follows light, dark and print.
 * The palette (`report.css`) keeps 3:1 against its background and remains distinguishable with the common kinds of colour
 * blindness; shapes repeat what colours say.
 */
import type { Config } from 'vega-lite';

export const seriesColours = Array.from({ length: 8 }, (_, index) => `var(--series-${index + 1})`);
export const seriesShapes = [
  'circle',
  'square',
  'triangle-up',
  'diamond',
  'cross',
  'triangle-down',
  'triangle-right',
  'triangle-left',
];

/** The longest names of targets are whole: `onnxruntime/webgpu@browser-worker`. */
const labelLimit = 260;

export const chartConfig: Config = {
  background: 'transparent',
  font: 'system-ui, sans-serif',
  // The figure has the description and a table follows it: roles of marks would repeat them a third time.
  aria: false,
  view: { stroke: null },
  axis: {
    domainColor: 'var(--line)',
    gridColor: 'var(--grid)',
    tickColor: 'var(--line)',
    labelColor: 'var(--ink)',
    titleColor: 'var(--ink-soft)',
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    labelLimit,
  },
  legend: {
    labelColor: 'var(--ink)',
    titleColor: 'var(--ink-soft)',
    labelFontSize: 12,
    labelLimit,
    orient: 'bottom',
    title: null,
    columns: 5,
    symbolSize: 70,
  },
  text: { color: 'var(--ink)', fontSize: 12 },
};

/** Labels of nanoseconds on an axis, each tick in its own unit. */
export const timeLabels =
  "datum.value >= 1e9 ? format(datum.value / 1e9, '~g') + ' s' : datum.value >= 1e6 ? format(datum.value / 1e6, '~g') + ' ms' : datum.value >= 1e3 ? format(datum.value / 1e3, '~g') + ' µs' : format(datum.value, '~g') + ' ns'";
