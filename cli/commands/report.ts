/** Declares `report`: its options, and their help. */
import type { Command } from 'commander';
import type { End } from './end.js';

export function declareReport(program: Command, end: End): void {
  program
    .command('report')
    .description('makes results.json and report.html of a run again, finished or not')
    .argument('<run>', 'run folder, or its name under .touchstone/runs')
    .action(async (run: string) => {
      const { reportCommand } = await import('../report.js');
      return end(reportCommand(run));
    });
}
