/** Declares `doctor`: its options, and their help. */
import type { Command } from 'commander';
import { names } from '../../common/values.js';
import type { End } from './end.js';

export function declareDoctor(program: Command, end: End): void {
  program
    .command('doctor')
    .description('each target: available or not, its versions, and the command that fixes it')
    .argument(
      '[targets]',
      'names and patterns, such as tfjs/*; default: all, and only those of a default run are started',
      (text) => names(text),
    )
    .option('--json', 'for machines')
    .option('--installed-only', 'report what is installed without starting it')
    .action(async (targets: string[] | undefined, options: { json?: true; installedOnly?: true }) => {
      const { doctorCommand } = await import('../doctor.js');
      return end(doctorCommand(targets, options));
    });
}
