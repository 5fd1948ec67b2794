/** The report as one file that needs nothing else: no network, and no script to be read. */
import { join } from 'node:path';
import { writeWhole } from '../../common/files.js';
import type { RunResults } from '../../common/run/results.js';
import { writeResults } from '../analyse/write-results.js';
import { loadAssets } from './assets.js';
import { chartSpecs } from './charts/specs.js';
import { scriptData } from './script-data.js';
import { type Detail, details, thinnedResults } from './thin.js';
import { pageOf } from './view/page.js';

export const reportFile = 'report.html';

/** A page above this is slow to open and clumsy to send. */
export const largestPage = 2_500_000;

/** Draws the whole page; the same results give the same text. Large runs keep all tables and lose drawings first. */
export async function renderReport(results: RunResults): Promise<string> {
  let text = '';
  for (const detail of details) {
    text = await renderWith(results, detail);
    if (Buffer.byteLength(text) <= largestPage) break;
  }
  return text;
}

async function renderWith(results: RunResults, detail: Detail): Promise<string> {
  const [{ view, drawings }, assets] = await Promise.all([pageOf(results, detail), loadAssets()]);
  const data = {
    results: thinnedResults(results, detail.samples),
    specs: { ...chartSpecs, ...drawings.specs },
    rows: drawings.rows,
  };
  return assets.template({
    ...view,
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
 * @param results of that folder, from a caller who has just derived them; else `results.json` is derived anew
 */
export async function writeReport(folder: string, results?: RunResults): Promise<string> {
  const path = join(folder, reportFile);
  await writeWhole(path, await renderReport(results ?? (await writeResults(folder))));
  return path;
}
