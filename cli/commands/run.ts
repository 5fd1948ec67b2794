/** Declares `run`: its options, and their help. */
import type { Command } from 'commander';
import type { RunOptions } from '../../runners/coordinator/options.js';
import { positiveInteger, share } from '../arguments.js';
import type { End } from './end.js';
import { withSelection } from './selection.js';

export function declareRun(program: Command, end: End): Command {
  const run = program
    .command('run', { isDefault: true })
    .description('measures and reports (the default command)');
  return withSelection(run)
    .option(
      '--rounds <count>',
      'rounds of fresh processes (default: what the time allows, 8 for a 99 % interval)',
      positiveInteger,
    )
    .option(
      '--precision <share>',
      'rounds until every ratio is known this precisely, such as 1%, or the time is up; instead of --rounds',
      share,
    )
    .option(
      '--resume [run]',
      'continue a run that was interrupted (default: the newest); with --time, for so long',
    )
    .option('--dry-run', 'print the plan: every cell, and for each that will not run, why')
    .action(async (options: RunOptions) => {
      const { runCommand } = await import('../run.js');
      return end(runCommand(options));
    });
}
