/** Finds the charts by listing `figures/`. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultExports } from '../../common/modules.js';
import type { Chart } from './chart.js';

const figures = join(dirname(fileURLToPath(import.meta.url)), 'figures');

/** Every chart, in the order in which they come on the page. */
export async function discoverCharts(folder = figures): Promise<Chart[]> {
  const charts = await defaultExports<Chart>(folder);
  return charts.sort((a, b) => a.place - b.place);
}
