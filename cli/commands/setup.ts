/** Declares `setup`: its options, and their help. */
import type { Command } from 'commander';
import type { End } from './end.js';

export function declareSetup(program: Command, end: End): void {
  program
    .command('setup')
    .description('installs what targets need, or removes everything that was installed')
    .argument('[targets...]', 'names, globs such as pytorch/*, or sets: default, runtimes')
    .option('--all', 'every target')
    .option('--remove', 'free the disk space; runs are kept')
    .action(async (targets: string[], options: { all?: true; remove?: true }) => {
      const { setupCommand } = await import('../setup.js');
      return end(setupCommand(targets, options));
    });
}
