/** Draws a chart as SVG text, so that a page is readable before its scripts run, or without them. */
import * as vega from 'vega';
import { compile } from 'vega-lite';
import type { Row } from './rows.js';
import { type ChartKind, chartSpecs } from './specs.js';

export async function drawChart(kind: ChartKind, rows: readonly Row[]): Promise<string> {
  const { spec } = compile({ ...chartSpecs[kind], datasets: { rows: [...rows] } });
  const view = new vega.View(vega.parse(spec), { renderer: 'none', logLevel: vega.Error });
  try {
    return withoutSize(await view.toSVG());
  } finally {
    view.finalize();
  }
}

/** The view box alone decides the shape: the style sheet decides the size. */
function withoutSize(svg: string): string {
  return svg.replace(/(<svg[^>]*?) width="([\d.]+)" height="([\d.]+)"/, '$1');
}
