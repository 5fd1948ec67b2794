/** Declares `doctor`: its options, and their help. */
import type { Command } from 'commander';
import type { End } from './end.js';

export function declareDoctor(program: Command, end: End): void {
  program
    .command('doctor')
    .description('each target: available or not, its versions, and the command that fixes it')
    .option('--json', 'for machines')
    .option('--installed', 'report what is installed without starting it')
    .action(async (options: { json?: true; installed?: true }) => {
      const { doctorCommand } = await import('../doctor.js');
      return end(doctorCommand(options));
    });
}
