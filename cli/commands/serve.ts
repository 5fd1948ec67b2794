/** Declares `serve`: its options, and their help. */
import type { Command } from 'commander';
import { positiveInteger } from '../arguments.js';
import type { ServeOptions } from '../serve/index.js';
import type { End } from './end.js';

export function declareServe(program: Command, end: End): void {
  program
    .command('serve')
    .description(
      'measures in a browser that you open, here or on another device, and shows runs as they go on',
    )
    .argument('[run]', 'run folder, or its name under .touchstone/runs, whose standings or report are opened')
    .option('--port <number>', 'port (default: a free one)', positiveInteger)
    .option(
      '--lan [address]',
      'for other devices of this network, at this address of the machine (default: its first); anybody with the link can use it',
    )
    .option(
      '--cert <file>',
      'certificate for https (PEM), without which other devices have no WebGPU and no WebNN',
    )
    .option('--key <file>', 'its private key (PEM)')
    .action(async (run: string | undefined, options: ServeOptions) => {
      const { serveCommand } = await import('../serve/index.js');
      return end(serveCommand(run, options));
    });
}
