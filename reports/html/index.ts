/**
 * The report: one self-contained file, or, of a run with many cells, an index and a page for each workload beside it. It needs no
 * network, and no script to be read.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { makeFolder, writeWhole } from '../../common/files.js';
import { runName } from '../../common/run/locate.js';
import type { RunResults } from '../../common/run/results.js';
import { readRetraction } from '../../common/run/retraction.js';
import { plainTexts } from '../../common/text.js';
import { writeResults } from '../analyse/write-results.js';
import { type Assets, loadAssets, pageModules } from './assets.js';
import { discoverCharts, type FoundChart } from './discover.js';
import { type LogTails, readLogTails } from './log-tails.js';
import { withRetraction } from './retraction.js';
import { scriptData } from './script-data.js';
import { pagesFolder, type ReportFile, sharedFiles, splitReport } from './split.js';
import { groupCharts, specsOf } from './view/figures.js';
import { type Page, pageOf } from './view/page.js';
import { referenced } from './view/references.js';

export const reportFile = 'report.html';

/** From so many cells on one file would be slow to open and inconvenient to read. */
export const splitFrom = 300;

/** How many single iterations and turns of a cell a single page has. */
const marks = 18;

/**
 * Draws the whole report as one page, however many cells; the same results give the same text. Names and messages in them are made
 * plain here, once: titles, texts, drawings and embedded data are all drawn from them.
 *
 * @param charts those of `figures/` by default
 * @param run what the user calls it
 * @param logs what cells' processes printed last
 */
export async function renderReport(
  results: RunResults,
  charts?: readonly FoundChart[],
  run = results.id,
  logs?: LogTails,
): Promise<string> {
  const found = charts ?? (await discoverCharts());
  const [page, assets] = await Promise.all([
    pageOf(
      plainTexts(results),
      found.map(({ chart }) => chart),
      marks,
      { run, logs },
    ),
    reportAssets(found),
  ]);
  return assets.template(
    filled(page, { style: assets.style, scripts: assets.scripts, client: assets.client }),
  );
}

/** With the modules of the charts that are drawn in the page, and what they draw. */
function reportAssets(found: readonly FoundChart[]): Promise<Assets> {
  const drawnInPage = found.filter(({ chart }) => chart.of === 'group');
  const modules = Object.fromEntries(drawnInPage.map(({ path }, index) => [`chart${index}`, path]));
  const specs = specsOf(groupCharts(found.map(({ chart }) => chart)));
  return loadAssets('report', { page: pageModules, ...modules }, { referencedSpecs: referenced(specs) });
}

function filled({ view, data }: Page, rest: object): object {
  return { ...view, ...rest, data: scriptData(data) };
}

/** Where the data of a page of several stand: names from outside are escaped, and cannot look like it. */
const dataElement = '<script type="application/octet-stream" id="data">';

/** With its data, and what only scripts can use of its markup, in a fifth of their bytes. */
function compressed(html: string, { data }: Page): string {
  const scripted: string[] = [];
  const rest = html.replaceAll(/<!--scripted-->([\s\S]*?)<!--\/scripted-->/g, (_, part: string) => {
    return `<div data-scripted="${scripted.push(part) - 1}"></div>`;
  });
  const packed = deflateRawSync(JSON.stringify({ ...data, scripted }), { level: 9 });
  return rest.replace(dataElement, () => `${dataElement}${packed.toString('base64')}`);
}

/**
 * The files of the report, relative to the run folder, the one that a reader opens last: one page, or from `splitFrom` cells on an
 * index, a page for each workload, and what those have in common.
 */
export async function* reportFiles(
  results: RunResults,
  run = results.id,
  logs?: LogTails,
): AsyncGenerator<ReportFile> {
  if (results.cells.length < splitFrom) {
    yield { path: reportFile, text: await renderReport(results, undefined, run, logs) };
    return;
  }
  const found = await discoverCharts();
  const assets = await reportAssets(found);
  yield* sharedFiles(assets);
  const charts = found.map(({ chart }) => chart);
  yield* splitReport(plainTexts(results), charts, { path: reportFile, run, logs }, (page) =>
    compressed(assets.template({ ...page.view, shared: true }), page),
  );
}

/**
 * Writes `report.html`, and what it leads to, beside `results.json`; returns its path.
 *
 * @param results of that folder, from a caller who has just derived them; derived again by default
 */
export async function writeReport(folder: string, results?: RunResults): Promise<string> {
  const known = results ?? (await writeResults(folder));
  const retraction = await readRetraction(folder);
  const pages = join(folder, pagesFolder);
  // Pages of what is no longer there would lead nowhere.
  if (existsSync(pages)) await rm(pages, { recursive: true });
  const logs = await readLogTails(folder, known);
  for await (const { path, text } of reportFiles(known, runName(folder), logs)) {
    if (path.startsWith(`${pagesFolder}/`)) makeFolder(pages);
    await writeWhole(join(folder, path), path === reportFile ? withRetraction(text, retraction) : text);
  }
  return join(folder, reportFile);
}
