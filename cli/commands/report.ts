/** Declares `report`: its options, and their help. */
import type { Command } from 'commander';
import type { RunExportPaths } from '../../reports/exports/index.js';
import type { SiteOptions } from '../site.js';
import type { End } from './end.js';
import { withExports } from './exports.js';

export function declareReport(program: Command, end: End): void {
  const report = program
    .command('report')
    .description('makes results.json and report.html of a run again, finished or not; or a site of runs')
    .argument('<run>', 'run folder, or its name under .touchstone/runs')
    .argument('[more...]', 'further runs of a site')
    .option('--site <folder>', 'a static site of all these runs, for any host')
    .option('--site-url <url>', 'where the site will be, for its feed');
  withExports(report).action(async (run: string, more: string[], options: RunExportPaths & SiteOptions) => {
    if (options.site !== undefined || options.siteUrl !== undefined || more.length > 0) {
      const { siteCommand } = await import('../site.js');
      return end(siteCommand([run, ...more], options));
    }
    const { reportCommand } = await import('../report.js');
    return end(reportCommand(run, options));
  });
}
