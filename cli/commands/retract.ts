/** Declares `retract`: its options, and their help. */
import type { Command } from 'commander';
import type { End } from './end.js';

export function declareRetract(program: Command, end: End): void {
  program
    .command('retract')
    .description('marks a run as not to be used: comparisons, the gate and the history leave it out')
    .argument('<run>', 'run folder, or its name under .touchstone/runs')
    .requiredOption('--reason <text>', 'why, for readers of its numbers')
    .action(async (run: string, { reason }: { readonly reason: string }) => {
      const { retractCommand } = await import('../retract.js');
      return end(retractCommand(run, reason));
    });
}
