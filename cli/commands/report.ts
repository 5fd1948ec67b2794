/** Declares `report`: its options, and their help. */
import type { Command } from 'commander';
import type { RunExportPaths } from '../../reports/exports/index.js';
import type { End } from './end.js';
import { withExports } from './exports.js';

export function declareReport(program: Command, end: End): void {
  const report = program
    .command('report')
    .description('makes results.json and report.html of a run again, finished or not')
    .argument('<run>', 'run folder, or its name under .touchstone/runs');
  withExports(report).action(async (run: string, options: RunExportPaths) => {
    const { reportCommand } = await import('../report.js');
    return end(reportCommand(run, options));
  });
}
