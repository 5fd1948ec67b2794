/** Declares `compare`: its options, and their help. */
import type { Command } from 'commander';
import type { End } from './end.js';

export function declareCompare(program: Command, end: End): void {
  program
    .command('compare')
    .description('compares two runs, cell by cell')
    .argument('<baseline>', 'run folder')
    .argument('<candidate>', 'run folder')
    .action(async (baseline: string, candidate: string) => {
      const { compareCommand } = await import('../compare.js');
      return end(compareCommand(baseline, candidate));
    });
}
