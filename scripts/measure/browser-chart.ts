/** The times of `browser-rows.ts` as a drawing of its own, which needs no style sheet around it. */
import type { TopLevelSpec } from 'vega-lite';
import { listed } from '../../common/text.js';
import type { Row } from '../../reports/html/chart.js';
import { drawSpec } from '../../reports/html/draw.js';
import { timeLabels } from '../../reports/html/theme.js';
import { type PlacedTime, places } from './browser-rows.js';

const [ink, soft, line] = ['#1f2328', '#59636e', '#d1d9e0'];
const font = 'system-ui, -apple-system, Segoe UI, Roboto, sans-serif';
/** 3:1 on white at least, and apart for the colour-blind; shapes say the same. */
const colours = ['#6f42c1', '#2f7d32', '#0969da', '#bc4c00'];
const shapes = ['diamond', 'circle', 'square', 'triangle-up'];

/** Also what stands in the place of the drawing. */
export function chartTitle(times: readonly PlacedTime[]): string {
  const drawn = places.filter((name) => times.some(({ place }) => place === name));
  return `Time per inference of each backend in ${listed(drawn)}, on a logarithmic axis`;
}

export function drawBrowserChart(times: readonly PlacedTime[]): Promise<string> {
  const rows = times.map(rowOf);
  return drawSpec(specOf(rows), rows).then((svg) =>
    svg.replace(
      /<svg [^>]*>/,
      (tag) => `<svg role="img" font-family="${font}"${tag.slice(4)}<title>${chartTitle(times)}</title>`,
    ),
  );
}

function rowOf({ comparison, backend, place, cell }: PlacedTime): Row {
  const { value, low, high } = cell.metrics.iterationNs;
  return { comparison, backend, place, ns: value, low: low ?? value, high: high ?? value };
}

function specOf(rows: readonly Row[]): TopLevelSpec {
  const series = { field: 'place', type: 'nominal' as const };
  const domain = places.filter((place) => rows.some((row) => row.place === place));
  const [range, marks] = [colours, shapes].map((list) => domain.map((place) => list[places.indexOf(place)]));
  const x = { type: 'quantitative' as const, scale: { type: 'log' as const, nice: false, padding: 14 } };
  const axis = { title: 'time per inference (log scale)', labelExpr: timeLabels, tickCount: 4 };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    data: { name: 'rows' },
    config: {
      background: '#ffffff',
      padding: 12,
      view: { stroke: line },
      axis: { labelColor: ink, titleColor: soft, gridColor: line, domainColor: line, tickColor: line },
      legend: { labelColor: ink, title: null, orient: 'top', symbolSize: 90 },
      header: { labelColor: ink, labelFontSize: 13, labelFontWeight: 'bold', title: null },
    },
    facet: { row: { field: 'comparison', type: 'nominal', sort: null, header: { labelOrient: 'top' } } },
    resolve: { scale: { y: 'independent' } },
    spec: {
      width: 560,
      height: { step: 30 },
      encoding: {
        y: {
          field: 'backend',
          type: 'nominal',
          sort: { field: 'ns', op: 'min' },
          axis: { title: null, grid: true },
        },
        color: { ...series, scale: { domain, range: range as string[] } },
      },
      layer: [
        {
          mark: { type: 'rule', strokeWidth: 2 },
          encoding: { x: { ...x, field: 'low', axis }, x2: { field: 'high' } },
        },
        {
          mark: { type: 'point', filled: true, size: 90, opacity: 1 },
          encoding: {
            x: { ...x, field: 'ns' },
            shape: { ...series, scale: { domain, range: marks as string[] } },
          },
        },
      ],
    },
  };
}
