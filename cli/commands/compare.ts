/** Declares `compare`: its options, and their help. */
import type { Command } from 'commander';
import type { ComparisonPaths } from '../../reports/compare/index.js';
import type { End } from './end.js';

export function declareCompare(program: Command, end: End): void {
  program
    .command('compare')
    .description('compares runs cell by cell: versions of a framework, thread counts, machines')
    .argument('<baseline>', 'run folder, or its name under .touchstone/runs')
    .argument('<runs...>', 'what is compared with it; runs of other machines stand beside it')
    .option('--html <file>', 'a page')
    .option('--markdown <file>', 'for a step summary')
    .option('--csv <file>', 'a row for each cell and run')
    .option('--json <file>', 'for machines')
    .action(async (baseline: string, runs: string[], paths: ComparisonPaths) => {
      const { compareCommand } = await import('../compare.js');
      return end(compareCommand([baseline, ...runs], paths));
    });
}
