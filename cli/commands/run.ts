/** Declares `run`: its options, and their help. */
import type { Command } from 'commander';
import type { RunExportPaths } from '../../reports/exports/index.js';
import type { RunOptions } from '../../runners/coordinator/options.js';
import { positiveInteger, share } from '../arguments.js';
import type { End } from './end.js';
import { withExports } from './exports.js';
import { withSelection } from './selection.js';

export function declareRun(program: Command, end: End): Command {
  const run = program
    .command('run', { isDefault: true })
    .description('measures and reports (the default command)');
  return withExports(withSelection(run))
    .option(
      '--rounds <count>',
      'so many rounds of every cell (default: at least 3, further ones for what is not decided; 8 give a 99 % interval)',
      positiveInteger,
    )
    .option(
      '--precision <share>',
      'how well ratios are to be known: rounds until they are, or neighbours in the ranking are told apart, or the time is up (default: 5%; four times that above a ratio of 3)',
      share,
    )
    .option(
      '--resume [run]',
      'continue a run that was interrupted (default: the newest); with --time, for so long',
    )
    .option('--dry-run', 'print the plan: every cell, and for each that will not run, why')
    .action(async (options: RunOptions & RunExportPaths) => {
      const { runCommand } = await import('../run.js');
      return end(runCommand(options));
    });
}
