/** A large report: which cells stand on which page, and the index that leads to them. */
import { groupBy } from '../../common/group-by.js';
import type { CellResult, Group, RunResults, TargetResult } from '../../common/run/results.js';
import { groupCells } from '../summary.js';
import { type Assets, loadAssets, overviewModules } from './assets.js';
import type { Chart } from './chart.js';
import { distinct, partOf } from './link-part.js';
import type { LogTails } from './log-tails.js';
import { comparedColumns, type Overview, overviewView } from './page/overview.js';
import { firstOverviewChoice } from './page/overview-choice.js';
import { item } from './page/table.js';
import { scriptData } from './script-data.js';
import { fastestSentences, overviewOf, type TabledPage } from './view/overview.js';
import { type Page, pageOf } from './view/page.js';
import { headOf, runView } from './view/run.js';

/** Beside the index. */
export const pagesFolder = 'report';

export interface ReportFile {
  /** Relative to the run folder. */
  readonly path: string;
  readonly text: string;
}

/** More pages than these are no index that anybody reads: then neighbouring workloads share one. */
const maxPages = 120;

/** Single iterations and turns that all pages together have room for. */
const marksOfAll = 15_000;
/** Fewer of a cell show no distribution. */
const minMarks = 4;
const maxMarks = 18;

/** What all pages have in common, once. */
export function* sharedFiles({ style, scripts, client }: Assets): Generator<ReportFile> {
  yield { path: `${pagesFolder}/theme.css`, text: style };
  yield { path: `${pagesFolder}/vega.js`, text: scripts.join('\n') };
  yield { path: `${pagesFolder}/report.js`, text: client };
}

/** @param index its path, and what the user calls the run; it comes last */
export async function* splitReport(
  results: RunResults,
  charts: readonly Chart[],
  index: { readonly path: string; readonly run: string; readonly logs?: LogTails | undefined },
  render: (page: Page) => string,
): AsyncGenerator<ReportFile> {
  const marks = marksFor(results.cells.length);
  const tabled: TabledPage[] = [];
  for (const { title, path, parts, groups } of pagesOf(results.groups)) {
    const page = await pageOf(partOfResults(results, groups), charts, marks, { title, logs: index.logs });
    tabled.push({ title, path, parts, table: page.table });
    yield { path, text: render(page) };
  }
  yield { path: index.path, text: await indexText(results, overviewOf(tabled), marks, index.run) };
}

function marksFor(cells: number): number {
  const each = Math.floor(marksOfAll / cells);
  return each < minMarks ? 0 : Math.min(maxMarks, each);
}

interface PagePlan extends Omit<TabledPage, 'table'> {
  readonly groups: readonly Group[];
}

/** Workloads with the same beginning of their links share a page in any case. */
function pagesOf(groups: readonly Group[]): PagePlan[] {
  const byPart = [...groupBy(groups, ({ workload }) => partOf(workload))];
  const size = Math.ceil(byPart.length / maxPages);
  const bundles = Array.from({ length: Math.ceil(byPart.length / size) }, (_, index) =>
    byPart.slice(index * size, (index + 1) * size),
  );
  // Some file systems take `A` and `a` for the same.
  const names = distinct(bundles.map((bundle) => item(bundle, 0)[0].toLowerCase().slice(0, 80)));
  return bundles.map((bundle, index) => {
    const own = bundle.flatMap(([, found]) => found);
    const workloads = [...new Set(own.map(({ workload }) => workload))];
    return {
      title: workloads.length === 1 ? item(workloads, 0) : `${workloads[0]} … ${workloads.at(-1)}`,
      path: `${pagesFolder}/${names[index]}.html`,
      parts: bundle.map(([part]) => part),
      groups: own,
    };
  });
}

/** The results of some comparisons alone, with all targets, so that each has the same look on every page. */
function partOfResults(results: RunResults, groups: readonly Group[]): RunResults {
  const cells = groups.flatMap((group) => groupCells(results, group));
  const byTarget = groupBy(cells, ({ target }) => target);
  return {
    ...results,
    cells,
    groups: [...groups],
    targets: results.targets.map((target) => withSettingsOf(target, byTarget.get(target.target) ?? [])),
  };
}

function withSettingsOf(target: TargetResult, cells: readonly CellResult[]): TargetResult {
  const own = cells.flatMap(({ id }) => {
    const settings = target.cellConfiguration[id];
    return settings ? [[id, settings] as const] : [];
  });
  return { ...target, cellConfiguration: Object.fromEntries(own) };
}

async function indexText(
  results: RunResults,
  overview: Overview,
  marks: number,
  run: string,
): Promise<string> {
  const { template, style, client } = await loadAssets('index', { page: overviewModules });
  const columns = comparedColumns(overview).map((place) => ({
    place,
    ...item(overview.targets, place),
  }));
  const families = [...groupBy(columns, ({ family }) => family)].map(([family, { length }]) => ({
    family,
    count: length,
  }));
  return template({
    ...headOf(results),
    folder: '',
    run: runView(results, marks, run),
    sentences: fastestSentences(results.groups),
    comparisons: results.groups.length,
    overview: overviewView(overview, firstOverviewChoice),
    targets: columns,
    families: families.length > 1 ? families : [],
    style,
    client,
    data: scriptData(overview),
  });
}
