/** The report as one self-contained file: it needs no network, and no script to be read. */
import { join } from 'node:path';
import { writeWhole } from '../../common/files.js';
import type { RunResults } from '../../common/run/results.js';
import { plainTexts } from '../../common/text.js';
import { writeResults } from '../analyse/write-results.js';
import { loadAssets } from './assets.js';
import type { Chart } from './chart.js';
import { discoverCharts } from './discover.js';
import { scriptData } from './script-data.js';
import { type Detail, details, thinnedResults } from './thin.js';
import { pageOf } from './view/page.js';

export const reportFile = 'report.html';

/** A larger page is slow to open and inconvenient to send. */
export const maxPageBytes = 2_500_000;

/**
 * Draws the whole page; the same results give the same text. Names and messages in them are made plain here, once: titles, texts,
 * drawings and embedded data are all drawn from them. For large runs drawings are dropped before tables.
 *
 * @param charts those of `figures/` by default
 */
export async function renderReport(results: RunResults, charts?: readonly Chart[]): Promise<string> {
  const shown = plainTexts(results);
  const found = charts ?? (await discoverCharts());
  let text = '';
  for (const detail of details) {
    text = await renderWith(shown, found, detail);
    if (Buffer.byteLength(text) <= maxPageBytes) break;
  }
  return text;
}

async function renderWith(results: RunResults, charts: readonly Chart[], detail: Detail): Promise<string> {
  const [page, assets] = await Promise.all([pageOf(results, charts, detail), loadAssets()]);
  const data = {
    results: thinnedResults(results, detail.samples),
    ...page.data,
  };
  return assets.template({
    ...page.view,
    style: assets.style,
    scripts: assets.scripts,
    client: assets.client,
    data: scriptData(data),
    embeddedSamples: detail.samples,
  });
}

/**
 * Writes `report.html` beside `results.json` and returns its path.
 *
 * @param results of that folder, from a caller who has just derived them; derived again by default
 */
export async function writeReport(folder: string, results?: RunResults): Promise<string> {
  const path = join(folder, reportFile);
  await writeWhole(path, await renderReport(results ?? (await writeResults(folder))));
  return path;
}
