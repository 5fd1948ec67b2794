/** The command line: every command is one line to its module. */
import { Command, CommanderError, Option } from 'commander';
import {
  duration,
  inputShape,
  integers,
  modeNames,
  names,
  outsideAdapter,
  paths,
  positiveInteger,
  seed,
  share,
  valueRange,
} from './cli/arguments.js';
import { compareCommand } from './cli/compare.js';
import { doctorCommand } from './cli/doctor.js';
import { acceptCommand } from './cli/gate/accept.js';
import { type BisectOptions, bisectCommand } from './cli/gate/bisect.js';
import { type GateOptions, gateCommand } from './cli/gate/index.js';
import { initCommand } from './cli/gate/init.js';
import type { HistoryOptions } from './cli/history.js';
import { homeFolder } from './cli/home-folder.js';
import { listCommand } from './cli/list.js';
import { type ListModelOptions, listModels } from './cli/list-model.js';
import { reportCommand } from './cli/report.js';
import { runCommand } from './cli/run.js';
import { setupCommand } from './cli/setup.js';
import { exitStatus, oneLine, TouchstoneError } from './common/errors.js';
import { program as programName } from './common/invocation.js';
import { defaultDeadlineMs, type RunOptions } from './runners/coordinator/options.js';
import { optimiserNames } from './suites/optimisers.js';

process.exitCode = await main(process.argv.slice(2));

/** Exit status; see `common/errors.ts`. */
async function main(args: readonly string[]): Promise<number> {
  let status = 0;
  const ending = async (result: Promise<number>) => {
    status = await result;
  };
  const program = commandLine(ending);
  try {
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitStatus.usage;
    process.stderr.write(`${oneLine(error)}\n`);
    if (error instanceof TouchstoneError) return exitStatus[error.code];
    process.stderr.write(`${error instanceof Error ? error.stack : ''}\n`);
    return exitStatus.internal;
  }
}

function commandLine(ending: (result: Promise<number>) => Promise<void>): Command {
  const program = new Command(programName)
    .description(
      'Which deep-learning framework is faster on this machine, for this model, by how much, and how sure are we?',
    )
    .option(
      '--adapter <file>',
      'an adapter outside the tree, compiled (repeatable; every command)',
      outsideAdapter,
    )
    .option(
      '--home <folder>',
      'where environments, caches and runs are kept (default: .touchstone; also TOUCHSTONE_HOME; every command)',
      homeFolder,
    )
    .exitOverride()
    .showSuggestionAfterError();
  const run = addRun(program, ending);
  program.addHelpText(
    'after',
    () => `\nThe default command, which needs no name:\n\n${run.helpInformation()}`,
  );
  addList(program, ending);
  program
    .command('doctor')
    .description('each target: available or not, its versions, and what mends it')
    .option('--json', 'for machines')
    .option('--installed', 'look at what is installed without starting it')
    .action((options: { json?: true; installed?: true }) => ending(doctorCommand(options)));
  program
    .command('setup')
    .description('installs what targets need, or removes everything that was installed')
    .argument('[targets...]', 'names or globs, such as pytorch/*')
    .option('--all', 'every target')
    .option('--remove', 'give the disk space back; runs are kept')
    .action((targets: string[], options: { all?: true; remove?: true }) =>
      ending(setupCommand(targets, options)),
    );
  program
    .command('report')
    .description('draws results.json and report.html of a run again, finished or not')
    .argument('<run>', 'run folder, or its name under .touchstone/runs')
    .action((run: string) => ending(reportCommand(run)));
  program
    .command('compare')
    .description('puts two runs side by side, cell by cell')
    .argument('<baseline>', 'run folder')
    .argument('<candidate>', 'run folder')
    .action((baseline: string, candidate: string) => ending(compareCommand(baseline, candidate)));
  addGate(program, ending);
  addHistory(program, ending);
  addBisect(program, ending);
  return program;
}

function addList(program: Command, ending: (result: Promise<number>) => Promise<void>): void {
  program
    .command('list')
    .description('suites, workloads with their sources, and targets with what each can do')
    .option('--model <files>', 'what is in your own files, and which targets can run them', paths)
    .option('--targets <names>', 'with --model: these targets only, by name or glob', names)
    .option(
      '--input <name=shape>',
      'with --model: shape of an input that is left open (repeatable)',
      inputShape,
    )
    .option(
      '--range <name=value>',
      'with --model: the value of a whole number that branches hang on (repeatable)',
      valueRange,
    )
    .option('--json', 'for machines')
    .action(({ model, ...options }: ListModelOptions & { model?: readonly string[] }) =>
      ending(model ? listModels(model, options) : listCommand(options)),
    );
}

function addHistory(program: Command, ending: (result: Promise<number>) => Promise<void>): void {
  program
    .command('history')
    .description('every run of this checkout: a cell over time, and where its level changed')
    .argument('[cell]', 'cell, by name or glob; without one, a list of runs and cells')
    .option('--target <name>', 'cells of these targets only, by name or glob')
    .option(
      '--limit <count>',
      'newest runs that are listed (default: 20); all count for changes',
      positiveInteger,
    )
    .option('--html <file>', 'a page with a plot of each cell')
    .option('--import <runs...>', 'add run folders that are not in it')
    .option('--json', 'for machines')
    .action(async (cell: string | undefined, options: HistoryOptions) => {
      // With native code, which no other command needs to start.
      const { historyCommand } = await import('./cli/history.js');
      return ending(historyCommand({ ...options, ...(cell === undefined ? {} : { cell }) }));
    });
}

function addBisect(program: Command, ending: (result: Promise<number>) => Promise<void>): void {
  program
    .command('bisect')
    .description('finds the commit since which a cell is slower: git bisect, judged by the live gate')
    .argument('<cell>', 'such as lenet5:inference:b1:float32:cpu:pytorch/cpu')
    .requiredOption('--good <ref>', 'a commit before')
    .requiredOption('--bad <ref>', 'a commit since')
    .option(
      '--threads <count>',
      "threads for the target (default: those in the cell's name, else 1)",
      positiveInteger,
    )
    .option('--time <duration>', 'measuring budget of each step', duration)
    .option('--config <file>', 'margins (default: touchstone.gate.json, where it is)')
    .action((cell: string, options: Omit<BisectOptions, 'cell' | 'seed' | 'deadline'>) =>
      ending(bisectCommand({ ...options, cell, seed: 1, deadline: defaultDeadlineMs })),
    );
}

function addGate(program: Command, ending: (result: Promise<number>) => Promise<void>): void {
  const gate = program
    .command('gate')
    .description('a verdict on a change: 0 ok, 1 regression, 2 usage, 3 inconclusive, 4 could not measure')
    .option(
      '--against <what>',
      'measure against a git ref, a version of the framework, or a target, interleaved',
    )
    .option('--baseline <run>', 'stored runs: a run folder, results.json, folder of runs, or branch:path')
    .option('--candidate <run>', 'stored run to judge')
    .option('--force', 'stored runs: compare different machines or settings all the same, and say so')
    .option('--config <file>', 'margins and acceptances (default: touchstone.gate.json, where it is)')
    .option('--json <file>', 'the findings, for machines')
    .option('--markdown <file>', 'for a step summary or a pull-request comment')
    .option('--junit <file>', 'JUnit XML')
    .option('--sarif <file>', 'SARIF 2.1.0');
  selecting(gate).action((options: GateOptions) => ending(gateCommand(options)));
  gate
    .command('init')
    .description('writes touchstone.gate.json with the usual margins')
    .option('--config <file>', 'another file')
    .option('--force', 'over one that is there')
    .action((_: object, command: Command) => ending(initCommand(command.optsWithGlobals())));
  gate
    .command('accept')
    .description('records a regression as wanted, with a reason and an end')
    .argument('<cell>', 'cell or target, by name or glob')
    .requiredOption('--metric <metric>', 'speed, start-up, memory, parity or state')
    .requiredOption('--reason <text>', 'why')
    .option('--days <count>', 'how long it holds (default: 90)', positiveInteger)
    .option('--from <gate.json>', 'what the gate found: what --json wrote, or gate.json of its run folder')
    .option('--up-to <ratio>', 'largest ratio that is accepted', Number)
    .option('--config <file>', 'another file')
    .action((cell: string, _: object, command: Command) =>
      ending(acceptCommand({ ...command.optsWithGlobals(), cell })),
    );
}

/** Options that choose what is measured and how: of `run` and of `gate`. */
function selecting(command: Command): Command {
  return command
    .option('--suite <name>', 'suite of workloads (default: smoke)')
    .option('--workload <names>', 'workloads, by name or glob, instead of a suite', names)
    .addOption(
      new Option(
        '--scale <scale>',
        'the small form of every workload that has one: narrower, at a lower resolution',
      ).choices(['small']),
    )
    .addOption(
      new Option('--optimiser <name>', "what trains, in place of each workload's own").choices([
        ...optimiserNames,
      ]),
    )
    .option('--targets <names>', "targets, by name or glob, such as 'pytorch/*,tfjs/*' (default: all)", names)
    .option('--mode <modes>', 'inference, training, or both (default: what the workload has)', modeNames)
    .option(
      '--batch <sizes>',
      'batch sizes, such as 1,64, each in every mode (default: those of the workload)',
      integers,
    )
    .option(
      '--length <steps>',
      'lengths of sequences, such as 64,128,256 (default: that of the workload)',
      integers,
    )
    .addOption(
      new Option('--threads <counts>', 'threads for every target; of several, each is measured: 1,2,4')
        .argParser(integers)
        .default([1], '1'),
    )
    .option(
      '--time <duration>',
      'measuring budget, after the parity gate: 60s, 2m (default: 130s for up to five targets, 60s more for each further; a gate up to three times that)',
      duration,
    )
    .option('--seed <number>', 'order of targets, turns and audits', seed, 1)
    .option('--out <folder>', 'run folder (default: a new one under .touchstone/runs)')
    .option(
      '--model <files>',
      'measure your own .onnx files instead of a suite; a folder, or a table (.csv, .txt) with a file and its shapes a line',
      paths,
    )
    .option('--input <name=shape>', 'shape of a model input: image=1x3x224x224 (repeatable)', inputShape)
    .option(
      '--range <name=low..high>',
      'values of a drawn input: tokens=0..29999, or the one that a number has: rate=16000 (repeatable)',
      valueRange,
    )
    .option('--inputs <files.npz>', 'your own data for --model, a file for each input buffer', paths)
    .option('--installed-only', 'never install anything: what is missing is reported as unavailable')
    .addOption(
      new Option('--deadline <duration>', 'give up on a worker that is silent for so long')
        .argParser(duration)
        .default(defaultDeadlineMs, '120s'),
    );
}

function addRun(program: Command, ending: (result: Promise<number>) => Promise<void>): Command {
  const run = program
    .command('run', { isDefault: true })
    .description('measures and reports (the default command)');
  return selecting(run)
    .option(
      '--rounds <count>',
      'rounds of fresh processes (default: what the time allows, 8 for a 99 % interval)',
      positiveInteger,
    )
    .option(
      '--precision <share>',
      'rounds until every ratio is known this well, such as 1%, or the time is up; instead of --rounds',
      share,
    )
    .option(
      '--resume [run]',
      'continue a run that was interrupted (default: the newest); with --time, for so long',
    )
    .option('--dry-run', 'print the plan: every cell, and for each that will not run, why')
    .action((options: RunOptions) => ending(runCommand(options)));
}
