/** Charts as SVG text, so that a page is readable without its scripts, and as what its scripts draw again. */
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Row } from './chart.js';

/**
 * Vega takes letters outside a browser for four fifths as wide as they are high, and cuts names of 18 that a browser shows whole.
 * These are a little wider than the fonts that browsers have for the page.
 */
const letterWidth = 0.6;
(vega as unknown as TextMeasure).textMetrics.width = ({ fontSize = 11 }, text) =>
  letterWidth * fontSize * String(text ?? '').length;

/** What its types leave out. */
interface TextMeasure {
  readonly textMetrics: { width: (item: { readonly fontSize?: number }, text: unknown) => number };
}

/** @param chart takes its rows from the data set `rows` */
export async function drawSpec(chart: TopLevelSpec, rows: readonly Row[]): Promise<string> {
  const parsed = parsedSpecs.get(chart) ?? parsedSpec(chart);
  parsedSpecs.set(chart, parsed);
  const view = new vega.View(parsed, { renderer: 'none', logLevel: vega.Error });
  view.data('rows', copies(rows));
  try {
    return compact(await view.toSVG());
  } finally {
    view.finalize();
  }
}

function parsedSpec(chart: TopLevelSpec): vega.Runtime {
  // What it warns of, such as the scales of facets, is what is wanted.
  return vega.parse(compile(chart, { logger: vega.logger(vega.Error) }).spec);
}

/** A large report draws the same chart on each of its pages. */
const parsedSpecs = new WeakMap<TopLevelSpec, vega.Runtime>();

/** Vega adds to the rows that it is given. */
function copies(rows: readonly Row[]): Row[] {
  return rows.map((row) => ({ ...row }));
}

/** As wide as its container; the page puts rows into the data set `rows`. Vega-Lite stays out of the page. */
export function pageSpec(chart: TopLevelSpec): vega.Spec {
  const key = JSON.stringify(chart, (name, value: unknown) => (isListed(name, value) ? null : value));
  const known = fitted.get(key) ?? compileFitted(chart);
  fitted.set(key, known);
  return withLists(known, listsOf(chart));
}

function compileFitted(chart: TopLevelSpec): vega.Spec {
  const wide = { ...chart, width: 'container', autosize: { type: 'fit-x', contains: 'padding' } };
  // That a height in steps is not fitted is what is wanted.
  return compile(wide as TopLevelSpec, { logger: vega.logger(vega.Error) }).spec;
}

/**
 * Compiled, by what is left of a specification without its lists: hundreds of sweeps differ in their domains alone, and compiling is
 * what takes longest of a page.
 */
const fitted = new Map<string, vega.Spec>();

function isListed(name: string, value: unknown): value is readonly unknown[] {
  return ['domain', 'range', 'values'].includes(name) && Array.isArray(value);
}

/** What Vega-Lite takes over as it is: domain and range of a channel's scale, and the ticks of its axis. */
interface Lists {
  readonly domain?: readonly unknown[];
  readonly range?: readonly unknown[];
  readonly values?: readonly unknown[];
}

interface Encoded {
  readonly encoding?: Readonly<
    Record<string, { readonly scale?: Lists | null; readonly axis?: Lists | null } | undefined>
  >;
  readonly layer?: readonly Encoded[];
}

/** By channel, which is what Vega-Lite calls its scale. */
function listsOf(chart: TopLevelSpec): ReadonlyMap<string, Lists> {
  const whole = chart as Encoded;
  const found = new Map<string, Lists>();
  for (const { encoding = {} } of [whole, ...(whole.layer ?? [])]) {
    for (const [channel, definition] of Object.entries(encoding)) {
      found.set(channel, { ...found.get(channel), ...definition?.scale, ...definition?.axis });
    }
  }
  return found;
}

function withLists(spec: vega.Spec, lists: ReadonlyMap<string, Lists>): vega.Spec {
  const replaced = <Part extends object>(
    part: Part,
    channel: string,
    names: readonly (keyof Lists)[],
  ): Part => {
    const own = lists.get(channel) ?? {};
    const known = names.filter((name) => name in part && isListed(name, own[name]));
    return { ...part, ...Object.fromEntries(known.map((name) => [name, own[name]])) };
  };
  return {
    ...spec,
    ...(spec.scales
      ? { scales: spec.scales.map((one) => replaced(one, one.name, ['domain', 'range'])) }
      : {}),
    ...(spec.axes ? { axes: spec.axes.map((one) => replaced(one, one.scale, ['values'])) } : {}),
  };
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
