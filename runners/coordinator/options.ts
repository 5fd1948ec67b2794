/** The command line as data: what `run` was asked for. */
import { outsideAdapters } from '../../adapters/discover.js';
import { invocation, quoted } from '../../common/invocation.js';
import type { Mode } from '../../model/workload.js';
import type { OptimiserName } from '../../suites/optimisers.js';
import { chosenBrowsers } from '../hosts/browser/browsers.js';

/** Measuring budget where none is given: with kept parity verdicts and the report the default run then takes three minutes. */
export const defaultBudgetMs = 150_000;

/** Longer than any import or iteration that a user would wait for. */
export const defaultDeadlineMs = 120_000;

export interface RunOptions {
  readonly suite?: string;
  readonly workload?: readonly string[];
  /** The small form of every workload that has one. */
  readonly scale?: 'small';
  /** The optimiser of training, in place of the workloads' own. */
  readonly optimiser?: OptimiserName;
  readonly targets?: readonly string[];
  readonly mode?: readonly Mode[];
  readonly batch?: readonly number[];
  /** Steps of sequences, in place of the workloads' own. */
  readonly length?: readonly number[];
  /** Every cell once with each. */
  readonly threads: readonly number[];
  readonly rounds?: number;
  /** Measuring budget in milliseconds; `defaultBudgetMs` where it is not given. */
  readonly time?: number;
  /** Rounds go to what is not decided and not known this well, as a share: 0.01; `defaultPrecision` without `rounds`. */
  readonly precision?: number;
  /** Checks every cell, also where an earlier run has kept its verdict. */
  readonly verify?: true;
  readonly seed: number;
  readonly out?: string;
  /** A run folder, or true for the newest one that did not finish. */
  readonly resume?: string | true;
  /** Files, folders and tables of files. */
  readonly model?: readonly string[];
  readonly input?: Readonly<Record<string, number[]>>;
  /** Smallest and largest value of drawn inputs. */
  readonly range?: Readonly<Record<string, [number, number]>>;
  /** The user's own data, an `.npz` file for each buffer. */
  readonly inputs?: readonly string[];
  /** Bytes that the tensors of a model may take; `defaultModelMemory` where it is not given. */
  readonly modelMemory?: number;
  readonly installedOnly?: true;
  /** Shell command that builds the adapters of another commit, for a gate in another project's repository. */
  readonly prepare?: string;
  readonly dryRun?: true;
  /** Milliseconds after which a worker that has not answered is ended. */
  readonly deadline: number;
}

/** Options whose budget has been settled. */
export type TimedOptions = RunOptions & { readonly time: number };

/**
 * Repeats the run when typed, the seed included: it is in the report under "how to reproduce".
 *
 * @param command words of another command than `run`, with what only that one has
 */
export function commandOf(options: TimedOptions, command: readonly string[] = []): string {
  const words = [
    ...adapterWords(outsideAdapters()),
    ...browserWords(),
    ...list('--suite', options.suite === undefined ? undefined : [options.suite]),
    ...list('--workload', options.workload),
    ...list('--scale', options.scale === undefined ? undefined : [options.scale]),
    ...list('--optimiser', options.optimiser === undefined ? undefined : [options.optimiser]),
    ...modelWords(options),
    ...list('--mode', options.mode),
    ...list('--batch', options.batch),
    ...list('--length', options.length),
    ...list('--rounds', options.rounds === undefined ? undefined : [options.rounds]),
    ...list('--prepare', options.prepare === undefined ? undefined : [options.prepare]),
    ...list('--precision', options.precision === undefined ? undefined : [`${options.precision * 100}%`]),
    ...(options.verify ? ['--verify'] : []),
    ...[
      '--threads',
      options.threads.join(','),
      '--time',
      `${options.time / 1000}s`,
      '--seed',
      String(options.seed),
    ],
  ];
  return invocation([...command.map(quoted), ...words].join(' '));
}

/** What is said of a user's models. */
export type ModelOptions = Pick<
  RunOptions,
  'model' | 'input' | 'range' | 'inputs' | 'modelMemory' | 'targets'
>;

/** Describes a user's model when typed, without starting a target. */
export function listCommand(options: ModelOptions): string {
  return invocation(['list', ...modelWords(options)].join(' '));
}

function modelWords(options: ModelOptions): string[] {
  // A file's name may have a comma.
  const each = (name: string, files: readonly string[] = []) => files.flatMap((file) => [name, quoted(file)]);
  return [
    ...each('--model', options.model),
    ...Object.entries(options.input ?? {}).flatMap(([name, shape]) => [
      '--input',
      quoted(`${name}=${shape.join('x')}`),
    ]),
    ...Object.entries(options.range ?? {}).flatMap(([name, [low, high]]) => [
      '--range',
      quoted(low === high ? `${name}=${low}` : `${name}=${low}..${high}`),
    ]),
    ...each('--inputs', options.inputs),
    ...list(
      '--model-memory',
      options.modelMemory === undefined ? undefined : [`${options.modelMemory / 2 ** 20}m`],
    ),
    ...list('--targets', options.targets),
  ];
}

function list(name: string, values: readonly (string | number)[] | undefined): string[] {
  return values === undefined ? [] : [name, quoted(values.join(','))];
}

/** Continues a run, with the adapters that it needs. */
export function resumeCommand(folder: string, adapters: readonly string[] = outsideAdapters()): string {
  return invocation([...adapterWords(adapters), ...browserWords(), '--resume', quoted(folder)].join(' '));
}

function browserWords(): string[] {
  return chosenBrowsers().flatMap((program) => ['--browser', quoted(program)]);
}

function adapterWords(paths: readonly string[]): string[] {
  return paths.flatMap((path) => ['--adapter', quoted(path)]);
}
