/** Declares `gate`: its options, and their help. */
import type { Command } from 'commander';
import { positiveInteger } from '../arguments.js';
import type { GateOptions } from '../gate/index.js';
import type { End } from './end.js';
import { withSelection } from './selection.js';

export function declareGate(program: Command, end: End): void {
  const gate = program
    .command('gate')
    .description('a verdict on a change: 0 ok, 1 regression, 2 usage, 3 inconclusive, 4 could not measure')
    .option(
      '--against <what>',
      'measure against a git ref, a version of the framework, or a target, interleaved',
    )
    .option('--baseline <run>', 'stored runs: a run folder, results.json, folder of runs, or branch:path')
    .option('--candidate <run>', 'stored run to judge')
    .option(
      '--prepare <command>',
      "a git ref: builds the adapters in its checkout, such as 'npm ci && npm run build' (default: npm ci where its package-lock.json differs)",
    )
    .option('--force', 'stored runs: compare different machines or settings nevertheless')
    .option('--config <file>', 'margins and acceptances (default: touchstone.gate.json, if it exists)')
    .option('--json <file>', 'the findings, for machines')
    .option('--markdown <file>', 'for a step summary or a pull-request comment')
    .option('--junit <file>', 'JUnit XML')
    .option('--sarif <file>', 'SARIF 2.1.0');
  withSelection(gate).action(async (options: GateOptions) => {
    const { gateCommand } = await import('../gate/index.js');
    return end(gateCommand(options));
  });
  declareInit(gate, end);
  declareAccept(gate, end);
}

function declareInit(gate: Command, end: End): void {
  gate
    .command('init')
    .description('writes touchstone.gate.json with the default margins')
    .option('--config <file>', 'another file')
    .option('--force', 'overwrite an existing one')
    .action(async (_: object, command: Command) => {
      const { initCommand } = await import('../gate/init.js');
      return end(initCommand(command.optsWithGlobals()));
    });
}

function declareAccept(gate: Command, end: End): void {
  gate
    .command('accept')
    .description('records a regression as wanted, with a reason and an end')
    .argument('<cell>', 'cell or target, by name or glob')
    .requiredOption('--metric <metric>', 'speed, start-up, memory, parity or state')
    .requiredOption('--reason <text>', 'why')
    .option('--days <count>', 'how long it is accepted (default: 90)', positiveInteger)
    .option('--from <gate.json>', 'what the gate found: what --json wrote, or gate.json of its run folder')
    .option('--up-to <ratio>', 'largest ratio that is accepted', Number)
    .option('--config <file>', 'another file')
    .action(async (cell: string, _: object, command: Command) => {
      const { acceptCommand } = await import('../gate/accept.js');
      return end(acceptCommand({ ...command.optsWithGlobals(), cell }));
    });
}
