/** Declares `bisect`: its options, and their help. */
import type { Command } from 'commander';
import { defaultDeadlineMs } from '../../runners/coordinator/options.js';
import { duration, positiveInteger } from '../arguments.js';
import type { BisectOptions } from '../gate/bisect.js';
import type { End } from './end.js';

export function declareBisect(program: Command, end: End): void {
  program
    .command('bisect')
    .description('finds the commit since which a cell is slower: git bisect, judged by the live gate')
    .argument('<cell>', 'such as lenet5:inference:b1:float32:cpu:pytorch/cpu')
    .requiredOption('--good <ref>', 'a commit before the change')
    .requiredOption('--bad <ref>', 'a commit after it')
    .option(
      '--threads <count>',
      "threads for the target (default: those in the cell's id, else 1)",
      positiveInteger,
    )
    .option('--time <duration>', 'measuring budget of each step', duration)
    .option('--config <file>', 'margins (default: touchstone.gate.json, if it exists)')
    .action(async (cell: string, options: Omit<BisectOptions, 'cell' | 'seed' | 'deadline'>) => {
      const { bisectCommand } = await import('../gate/bisect.js');
      return end(bisectCommand({ ...options, cell, seed: 1, deadline: defaultDeadlineMs }));
    });
}
