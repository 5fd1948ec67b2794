/** The figures of every chart, each with its drawing, its table, and its rows in the page's data. */
import type { TopLevelSpec } from 'vega-lite';
import type { RunResults } from '../../../common/run/results.js';
import { type Axis, sweepsOf } from '../../analyse/scaling.js';
import { groupTitle, sweepTitle } from '../../text.js';
import type { Chart, Drawing, GroupChart, Row, SweepChart, Table } from '../chart.js';
import { drawSpec } from '../draw.js';
import type { Detail } from '../thin.js';
import { type Place, placeOf, rankedCells } from './groups.js';

export interface Figure {
  /** Where the page's data has its rows and specification: `intervals-0`. */
  readonly id: string;
  readonly kind: string;
  readonly description: string;
  /** Empty where it is drawn only once scripts run. */
  readonly svg: string;
  readonly table: Table;
}

/** A section of the page: a chart for every comparison, or the charts along every sweep. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly shortTitle: string;
  readonly text: string;
  readonly figures?: readonly ({ readonly title: string; readonly figure: Figure } & Place)[];
  readonly sweeps?: readonly SweepView[];
}

export interface SweepView {
  readonly title: string;
  /** What the selection on the page does not choose of it. */
  readonly axis: Axis;
  readonly workload: string;
  readonly mode: string;
  readonly batch?: number;
  readonly length?: number;
  readonly threads?: number;
  /** Where there are several, each has its part of the title. */
  readonly figures: readonly (Figure & { readonly part: string })[];
}

/** What scripts draw from. */
export interface PageData {
  /** By figure; the rows against target number k are under `<figure>@k`. */
  readonly rows: Record<string, readonly Row[]>;
  /** By kind of figure, and by figure where it has its own. */
  readonly specs: Record<string, TopLevelSpec>;
}

export async function sectionsOf(
  charts: readonly Chart[],
  results: RunResults,
  data: PageData,
  detail: Detail,
): Promise<Section[]> {
  const scaling = charts.filter((chart) => chart.of === 'sweep');
  const sections: Section[] = [];
  for (const chart of charts) {
    if (chart.of === 'group') sections.push(await groupSection(chart, results, data, detail));
    // The first of them stands for all.
    else if (chart === scaling[0]) sections.push(...(await scalingSection(scaling, results, data, detail)));
  }
  return sections;
}

async function groupSection(
  chart: GroupChart,
  results: RunResults,
  data: PageData,
  detail: Detail,
): Promise<Section> {
  data.specs[chart.kind] = chart.spec;
  const figures: NonNullable<Section['figures']>[number][] = [];
  for (const [index, group] of results.groups.entries()) {
    const [fastest, ...others] = rankedCells(results, group);
    if (!fastest) continue;
    const title = groupTitle(group);
    const scene = { results, group, title, cells: [fastest, ...others] as const, marks: detail.marks };
    const drawing = chart.draw(scene);
    if (!drawing) continue;
    const id = `${chart.kind}-${index}`;
    for (const [target, rows] of drawing.rowsByBaseline ?? new Map()) {
      data.rows[`${id}@${results.targets.findIndex((one) => one.target === target)}`] = rows;
    }
    figures.push({
      ...placeOf(group),
      title,
      figure: await figureOf(id, chart, drawing, chart.spec, data, detail),
    });
  }
  const { id, title, shortTitle = title, text } = chart.section;
  return { id, title, shortTitle, text, figures };
}

const scalingText =
  'A line for each target, with everything else the same; bars are the intervals of single points. Axes are logarithmic: speed in proportion to what is below it is a straight line of slope 1.';
const threadsText =
  ' The speed-up is over the fewest threads, from rounds that measured both; the efficiency is the part of the ideal that it reaches, and the ideal is dashed. A target that computes with one thread by design gains none, and its table says so.';

/** Empty where the run swept nothing. */
async function scalingSection(
  charts: readonly SweepChart[],
  results: RunResults,
  data: PageData,
  detail: Detail,
): Promise<Section[]> {
  const sweeps: SweepView[] = [];
  for (const [index, sweep] of sweepsOf(results).entries()) {
    const { axis, identity } = sweep;
    const { workload, mode, batch, length, threads } = identity;
    const title = sweepTitle(axis, identity);
    const figures: Figure[] = [];
    const own = charts.filter((chart) => chart.axes.includes(axis));
    for (const chart of own) {
      const drawing = chart.draw({ results, sweep, title });
      if (!drawing) continue;
      const id = `${chart.kind}-${index}`;
      data.specs[id] = drawing.spec;
      figures.push(await figureOf(id, chart, drawing, drawing.spec, data, detail));
    }
    sweeps.push({
      title,
      axis,
      workload,
      mode,
      ...(axis === 'batch' ? {} : { batch }),
      ...(length === undefined ? {} : { length }),
      ...(threads === undefined ? {} : { threads }),
      figures: figures.map((figure) => ({ ...figure, part: own.length > 1 ? figure.kind : '' })),
    });
  }
  if (sweeps.length === 0) return [];
  const text = sweeps.some(({ axis }) => axis === 'threads') ? scalingText + threadsText : scalingText;
  return [{ id: 'scaling', title: 'Scaling', shortTitle: 'Scaling', text, sweeps }];
}

async function figureOf(
  id: string,
  { kind, importance }: Chart,
  { description, rows, table }: Drawing,
  spec: TopLevelSpec,
  data: PageData,
  { drawn }: Detail,
): Promise<Figure> {
  data.rows[id] = rows;
  const isDrawn = rows.length > 0 && (drawn === 'all' || drawn === importance);
  return { id, kind, description, table, svg: isDrawn ? await drawSpec(spec, rows) : '' };
}
