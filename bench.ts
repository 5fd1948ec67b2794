/**
 * The command line: every command is one line to its module in `cli/commands/`, which loads what the command does only when
 * it is called: help and refusals take no time.
 */
import { Command, CommanderError } from 'commander';
import { browser, homeFolder, outsideAdapter } from './cli/arguments.js';
import { declareBisect } from './cli/commands/bisect.js';
import { declareCompare } from './cli/commands/compare.js';
import { declareDoctor } from './cli/commands/doctor.js';
import { declareGate } from './cli/commands/gate.js';
import { declareHistory } from './cli/commands/history.js';
import { declareList } from './cli/commands/list.js';
import { declareReport } from './cli/commands/report.js';
import { declareRetract } from './cli/commands/retract.js';
import { declareRun } from './cli/commands/run.js';
import { declareServe } from './cli/commands/serve.js';
import { declareSetup } from './cli/commands/setup.js';
import { refuseUnknownCommand } from './cli/commands/unknown.js';
import { guardExit } from './cli/exit.js';
import { packageVersion } from './cli/version.js';
import { exitStatus, oneLine, TouchstoneError } from './common/errors.js';
import { program as programName } from './common/invocation.js';

const exit = guardExit();
exit.end(await main(process.argv.slice(2)));

/** Exit status; see `common/errors.ts`. */
async function main(args: readonly string[]): Promise<number> {
  let status = 0;
  const program = commandLine(async (command) => {
    status = await command;
  });
  try {
    refuseUnknownCommand(program, args);
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitStatus.usage;
    process.stderr.write(`${oneLine(error)}\n`);
    if (error instanceof TouchstoneError) return exitStatus[error.code];
    if (error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return exitStatus.internal;
  }
}

/** @param end is given the exit status of the command that was called */
function commandLine(end: (command: Promise<number>) => Promise<void>): Command {
  const program = new Command(programName)
    .description(
      'Which deep-learning framework is faster on this machine, for this model, by how much, and how sure are we?',
    )
    .option(
      '--adapter <file>',
      'a compiled adapter outside the tree (repeatable; every command)',
      outsideAdapter,
    )
    .option(
      '--browser <name>',
      'a browser for targets in pages: chrome, chromium, edge, firefox, or the path of its program (repeatable; every command)',
      (name) => browser(name),
    )
    .option(
      '--home <folder>',
      'where environments, caches and runs are kept (default: .touchstone; also TOUCHSTONE_HOME; every command)',
      homeFolder,
    )
    .version(packageVersion(), '--version', 'the version of this program')
    .exitOverride()
    .showSuggestionAfterError();
  const run = declareRun(program, end);
  declareList(program, end);
  declareDoctor(program, end);
  declareSetup(program, end);
  declareReport(program, end);
  declareServe(program, end);
  declareRetract(program, end);
  declareCompare(program, end);
  declareGate(program, end);
  declareHistory(program, end);
  declareBisect(program, end);
  return program.addHelpText(
    'after',
    () => `\nThe default command, which needs no name:\n\n${run.helpInformation()}`,
  );
}
