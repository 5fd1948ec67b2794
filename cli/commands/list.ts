/** Declares `list`: its options, and their help. */
import type { Command } from 'commander';
import { inputShape, memorySize, names, paths, valueRange } from '../arguments.js';
import type { ListModelOptions } from '../list-model.js';
import type { End } from './end.js';

export function declareList(program: Command, end: End): void {
  program
    .command('list')
    .description('suites, workloads with their sources, and targets with what each can do')
    .option('--model <files>', 'your own files: their contents, and which targets can run them', paths)
    .option('--targets <names>', 'with --model: these targets only, by name or glob', names)
    .option(
      '--input <name=shape>',
      'with --model: shape of an input that the model leaves open (repeatable)',
      inputShape,
    )
    .option(
      '--range <name=value>',
      'with --model: value of an integer input that branches depend on (repeatable)',
      valueRange,
    )
    .option(
      '--model-memory <size>',
      'with --model: memory that its tensors may take: 512m, 4g (default: half of what is free)',
      memorySize,
    )
    .option('--json', 'for machines')
    .action(async ({ model, ...options }: ListModelOptions & { model?: readonly string[] }) => {
      if (model) {
        const { listModels } = await import('../list-model.js');
        return end(listModels(model, options));
      }
      const { listCommand } = await import('../list.js');
      return end(listCommand(options));
    });
}
