/** The charts of the page: what its scripts draw, and the drawings made beforehand. */
import type { Spec } from 'vega';
import type { TopLevelSpec } from 'vega-lite';
import type { RunResults } from '../../../common/run/results.js';
import { type Sweep, sweepsOf } from '../../analyse/scaling.js';
import { sweepTitle } from '../../text.js';
import type { Chart, GroupChart, Row, SweepChart, Table } from '../chart.js';
import { drawSpec, pageSpec } from '../draw.js';
import { firstChoiceOf } from '../page/choice.js';
import { sceneOf } from '../page/scene.js';
import { item, type ResultTable } from '../page/table.js';
import { panelsOf } from '../sweep-chart.js';

/** A chart of one comparison with its section; drawn for the comparison that is chosen. */
export interface ChartSection {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly text: string;
}

/** A drawing made beforehand. */
export interface Drawn {
  readonly description: string;
  readonly svg: string;
}

export interface SweepFigure {
  /** Where the page's data has its rows and specification: `throughput-0-0`. */
  readonly id: string;
  readonly description: string;
  readonly table: Table;
}

export interface SweepView {
  readonly title: string;
  readonly figures: readonly SweepFigure[];
}

/** By kind of chart and name. */
export type PageSpecs = Readonly<Record<string, Readonly<Record<string, Spec>>>>;

/** By figure; `source` is in Vega-Lite, for those who draw it elsewhere; `table` is there where the page makes its tables itself. */
export type SweepData = Readonly<
  Record<
    string,
    {
      readonly spec: Spec;
      readonly source: TopLevelSpec;
      readonly rows: readonly Row[];
      readonly table?: Table;
    }
  >
>;

export function groupCharts(charts: readonly Chart[]): GroupChart[] {
  return charts.filter((chart) => chart.of === 'group');
}

export function sectionOf({ kind, section }: GroupChart): ChartSection {
  return { kind, ...section };
}

/** Of the charts that the page's script draws for the chosen comparison. */
export function specsOf(charts: readonly GroupChart[]): PageSpecs {
  return Object.fromEntries(
    charts.map(({ kind, specs }) => [
      kind,
      Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, pageSpec(spec)])),
    ]),
  );
}

/** For the comparison that is shown first; null where it has nothing to draw. */
export async function drawnBeforehand(chart: GroupChart, table: ResultTable): Promise<Drawn | null> {
  const scene = sceneOf(table, firstChoiceOf(table));
  const drawing = scene && chart.draw(scene);
  if (!drawing) return null;
  const spec = chart.specs[drawing.spec];
  if (!spec) throw new RangeError(`${chart.kind} has no specification ${drawing.spec}`);
  return { description: drawing.description, svg: await drawSpec(spec, drawing.rows) };
}

/** The charts along every sweep. @param hasTables whether the page's script makes their tables from the data */
export function sweepViews(
  charts: readonly Chart[],
  results: RunResults,
  hasTables: boolean,
): { readonly views: SweepView[]; readonly data: SweepData } {
  const data: Record<string, SweepData[string]> = {};
  const views = sweepsOf(results).map((sweep, index) => {
    const title = sweepTitle(sweep.axis, sweep.identity);
    const own = charts.filter((chart): chart is SweepChart => chart.of === 'sweep');
    const figures = own
      .filter((chart) => chart.axes.includes(sweep.axis))
      .flatMap((chart) => figuresOf(chart, results, sweep, title, `${chart.kind}-${index}`, data, hasTables));
    return { title, figures };
  });
  return { views, data };
}

function figuresOf(
  chart: SweepChart,
  results: RunResults,
  among: Sweep,
  title: string,
  id: string,
  data: Record<string, SweepData[string]>,
  hasTables: boolean,
): SweepFigure[] {
  const panels = panelsOf(among);
  return panels.flatMap((sweep, index) => {
    const part = panels.length > 1 ? ` (${index + 1} of ${panels.length})` : '';
    const drawing = chart.draw({ results, sweep, among, title: `${title}${part}` });
    if (!drawing) return [];
    const { description, table, rows, spec } = drawing;
    const figure = `${id}-${index}`;
    data[figure] = { spec: pageSpec(spec), source: spec, rows, ...(hasTables ? { table } : {}) };
    return [{ id: figure, description, table }];
  });
}

/** The first chart stands on the first screen, unfolded; the others below it. */
export function firstOf(charts: readonly GroupChart[]): GroupChart {
  return item(charts, 0);
}
