/** The report as one self-contained file: it needs no network, and no script to be read. */
import { join } from 'node:path';
import { writeWhole } from '../../common/files.js';
import type { RunResults } from '../../common/run/results.js';
import { readRetraction } from '../../common/run/retraction.js';
import { plainTexts } from '../../common/text.js';
import { writeResults } from '../analyse/write-results.js';
import { loadAssets, pageModules } from './assets.js';
import { discoverCharts, type FoundChart } from './discover.js';
import { withRetraction } from './retraction.js';
import { scriptData } from './script-data.js';
import { pageOf } from './view/page.js';

export const reportFile = 'report.html';

/** A larger page is slow to open and inconvenient to send. */
export const maxPageBytes = 2_500_000;

/** How many single iterations and turns of a cell a page has: the first with which it stays within its size. */
const marks = [24, 8, 0] as const;

/**
 * Draws the whole page; the same results give the same text. Names and messages in them are made plain here, once: titles, texts,
 * drawings and embedded data are all drawn from them.
 *
 * @param charts those of `figures/` by default
 */
export async function renderReport(results: RunResults, charts?: readonly FoundChart[]): Promise<string> {
  const shown = plainTexts(results);
  const found = charts ?? (await discoverCharts());
  let text = '';
  for (const count of marks) {
    text = await renderWith(shown, found, count);
    if (Buffer.byteLength(text) <= maxPageBytes) break;
  }
  return text;
}

async function renderWith(results: RunResults, found: readonly FoundChart[], count: number): Promise<string> {
  const charts = found.map(({ chart }) => chart);
  const drawnInPage = found.filter(({ chart }) => chart.of === 'group');
  const modules = Object.fromEntries(drawnInPage.map(({ path }, index) => [`chart${index}`, path]));
  const [page, assets] = await Promise.all([
    pageOf(results, charts, count),
    loadAssets('report', { page: pageModules, ...modules }),
  ]);
  return assets.template({
    ...page.view,
    style: assets.style,
    scripts: assets.scripts,
    client: assets.client,
    data: scriptData(page.data),
  });
}

/**
 * Writes `report.html` beside `results.json` and returns its path.
 *
 * @param results of that folder, from a caller who has just derived them; derived again by default
 */
export async function writeReport(folder: string, results?: RunResults): Promise<string> {
  const path = join(folder, reportFile);
  const text = await renderReport(results ?? (await writeResults(folder)));
  await writeWhole(path, withRetraction(text, await readRetraction(folder)));
  return path;
}
