/** The options that choose what is measured and how: those of `run` and of `gate`. */
import { type Command, Option } from 'commander';
import { defaultDeadlineMs } from '../../runners/coordinator/options.js';
import { optimiserNames } from '../../suites/optimisers.js';
import {
  duration,
  inputShape,
  integers,
  memorySize,
  modeNames,
  names,
  paths,
  seed,
  valueRange,
} from '../arguments.js';

export function withSelection(command: Command): Command {
  return withModels(withWorkloads(command))
    .addOption(
      new Option('--threads <counts>', 'threads for every target; several are each measured: 1,2,4')
        .argParser(integers)
        .default([1], '1'),
    )
    .option(
      '--time <duration>',
      'measuring budget, after the parity check: 60s, 10m (default: 150s, or that of the suite; for a gate 390s for up to five targets, 180s more for each further one)',
      duration,
    )
    .option('--seed <number>', 'order of targets, turns and audits', seed, 1)
    .option('--out <folder>', 'run folder (default: a new one under .touchstone/runs)')
    .option('--verify', 'check every cell for parity, also where an earlier run has kept its verdict')
    .option('--installed-only', 'install nothing: what is missing is reported as unavailable')
    .addOption(
      new Option('--deadline <duration>', 'time limit of every request to a worker')
        .argParser(duration)
        .default(defaultDeadlineMs, '120s'),
    );
}

function withWorkloads(command: Command): Command {
  return command
    .option('--suite <name>', 'suite of workloads (default: smoke, two small networks at batch 1)')
    .option('--workload <names>', 'workloads, by name or glob, instead of a suite', names)
    .addOption(
      new Option(
        '--scale <scale>',
        'the small form of every workload that has one: narrower, at a lower resolution',
      ).choices(['small']),
    )
    .addOption(
      new Option('--optimiser <name>', "optimiser for training, in place of each workload's own").choices([
        ...optimiserNames,
      ]),
    )
    .option(
      '--targets <names>',
      "targets, by name or glob, such as 'pytorch/*,tfjs/*', or by set: runtimes, or default, the set without this option, to which --adapter adds",
      names,
    )
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
    );
}

function withModels(command: Command): Command {
  return command
    .option(
      '--model <files>',
      'measure your own .onnx files instead of a suite; a folder, or a table (.csv, .txt) with a file and its shapes a line',
      paths,
    )
    .option('--input <name=shape>', 'shape of a model input: image=1x3x224x224 (repeatable)', inputShape)
    .option(
      '--range <name=low..high>',
      'range of a random input: tokens=0..29999, or its only value: rate=16000 (repeatable)',
      valueRange,
    )
    .option('--inputs <files.npz>', 'your own data for --model, a file for each input buffer', paths)
    .option(
      '--model-memory <size>',
      'memory that the tensors of a --model may take while it is read and run once: 512m, 4g (default: half of what is free)',
      memorySize,
    );
}
