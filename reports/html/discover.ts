/** Finds the charts by listing `figures/`. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultExports } from '../../common/modules.js';
import type { Chart } from './chart.js';

const figures = join(dirname(fileURLToPath(import.meta.url)), 'figures');

/** A chart, and the file of it, since charts of a comparison are drawn in the page too. */
export interface FoundChart {
  readonly chart: Chart;
  readonly path: string;
}

/** Every chart, in the order in which they come on the page. */
export async function discoverCharts(folder = figures): Promise<FoundChart[]> {
  const found = await defaultExports<Chart>(folder);
  return found
    .map(({ path, value }) => ({ path, chart: value }))
    .sort((a, b) => a.chart.place - b.chart.place);
}
