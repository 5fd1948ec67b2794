/** Declares `doctor`: its options, and their help. */
import type { Command } from 'commander';
import { doctorCommand } from '../doctor.js';
import type { End } from './end.js';

export function declareDoctor(program: Command, end: End): void {
  program
    .command('doctor')
    .description('each target: available or not, its versions, and the command that fixes it')
    .option('--json', 'for machines')
    .option('--installed', 'report what is installed without starting it')
    .action((options: { json?: true; installed?: true }) => end(doctorCommand(options)));
}
