/** Declares `history`: its options, and their help. */
import type { Command } from 'commander';
import { names, positiveInteger } from '../arguments.js';
import type { HistoryOptions } from '../history.js';
import type { End } from './end.js';

export function declareHistory(program: Command, end: End): void {
  program
    .command('history')
    .description('all runs: a cell over time, and where its level changed')
    .argument('[cell]', 'cell, by name or glob; without one, a list of runs and cells')
    .option('--targets <names>', 'cells of these targets only, by name or glob', names)
    .option(
      '--limit <count>',
      'number of newest runs that are listed (default: 20); changes are found in all',
      positiveInteger,
    )
    .option('--html <file>', 'a page with a plot of each cell')
    .option('--import <runs...>', 'add run folders that are not in it')
    .option('--json', 'for machines')
    .action(async (cell: string | undefined, options: HistoryOptions) => {
      const { historyCommand } = await import('../history.js');
      return end(historyCommand({ ...options, ...(cell === undefined ? {} : { cell }) }));
    });
}
