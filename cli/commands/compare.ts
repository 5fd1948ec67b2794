/** Declares `compare`: its options, and their help. */
import type { Command } from 'commander';
import { compareCommand } from '../compare.js';
import type { End } from './end.js';

export function declareCompare(program: Command, end: End): void {
  program
    .command('compare')
    .description('compares two runs, cell by cell')
    .argument('<baseline>', 'run folder')
    .argument('<candidate>', 'run folder')
    .action((baseline: string, candidate: string) => end(compareCommand(baseline, candidate)));
}
