/** Charts as SVG text, so that a page is readable without its scripts, and as what its scripts draw again. */
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Row } from './chart.js';

/** @param chart takes its rows from the data set `rows` */
export async function drawSpec(chart: TopLevelSpec, rows: readonly Row[]): Promise<string> {
  // What it warns of, such as the scales of facets, is what is wanted.
  const spec = compiled.get(chart) ?? compile(chart, { logger: vega.logger(vega.Error) }).spec;
  compiled.set(chart, spec);
  const data = (spec.data ?? []).map((set) => (set.name === 'rows' ? { ...set, values: copies(rows) } : set));
  const view = new vega.View(vega.parse({ ...spec, data }), { renderer: 'none', logLevel: vega.Error });
  try {
    return compact(await view.toSVG());
  } finally {
    view.finalize();
  }
}

/** A large report draws the same chart on each of its pages. */
const compiled = new WeakMap<TopLevelSpec, vega.Spec>();

/** Vega adds to the rows that it is given. */
function copies(rows: readonly Row[]): Row[] {
  return rows.map((row) => ({ ...row }));
}

/** As wide as its container; the page puts rows into the data set `rows`. Vega-Lite stays out of the page. */
export function pageSpec(chart: TopLevelSpec): vega.Spec {
  const fitted = { ...chart, width: 'container', autosize: { type: 'fit-x', contains: 'padding' } };
  // That a height in steps is not fitted is what is wanted.
  return compile(fitted as TopLevelSpec, { logger: vega.logger(vega.Error) }).spec;
}

/** Attributes that the style sheet sets for all drawings, that say what holds without them, or that nothing uses. */
const redundant =
  / (?:class|role|aria-[a-z]+|pointer-events|font-family|stroke-miterlimit|version|xmlns:xlink)="[^"]*"| opacity="1"| text-anchor="start"| stroke-width="1"| [xy][12]="0"| transform="translate\(0,0\)"| font-size="12px"/g;

/**
 * A third of the size: without empty paths and redundant attributes, coordinates to a tenth. Only the inside of tags is
 * changed: in attributes and text Vega has escaped every `<` and `>`. The view box alone determines the height.
 */
function compact(svg: string): string {
  return (
    svg
      .replace(/(<svg[^>]*? width="[\d.]+") height="[\d.]+"/, '$1')
      .replace(/<path class="(?:background|foreground)"[^>]*\/>/g, '')
      .replace(/<[^>]*>/g, (tag) =>
        tag
          .replace(redundant, '')
          .replace(/-?\d+\.\d{2,}/g, (number) => String(Math.round(Number(number) * 10) / 10)),
      )
      // A line that is the same for all rows is drawn once for each.
      .replace(/(<line [^>]*\/>)\1+/g, '$1')
  );
}
