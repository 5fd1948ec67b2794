/** The command of a run, taken apart into what holds for each of its cells alone. */
import { basename, extname } from 'node:path';
import { program, quoted } from '../../../common/invocation.js';
import { type RunResults, threadCounts } from '../../../common/run/results.js';
import type { RunCommand } from '../page/table.js';

/** Options that say which cells are measured, or for how long: a single cell has its own. */
const ofTheRun = new Set([
  ...['--suite', '--workload', '--targets', '--mode', '--batch', '--length', '--threads'],
  ...['--time', '--rounds', '--precision', '--against', '--prepare'],
]);
const flags = new Set(['--verify', '--installed-only']);

export function runCommand({
  command,
  groups,
  options,
}: Pick<RunResults, 'command' | 'groups' | 'options'>): RunCommand {
  const [threads, ...others] = threadCounts(options);
  // With several each comparison has its own.
  const kept = others.length === 0 ? [`--threads ${threads}`] : [];
  const files: string[] = [];
  const ofModels: string[] = [];
  for (const [name, value] of optionsIn(command)) {
    if (name === '--model') files.push(value);
    else if (['--input', '--range', '--inputs', '--model-memory'].includes(name))
      ofModels.push(`${name} ${quoted(value)}`);
    else if (!ofTheRun.has(name)) kept.push(`${name} ${quoted(value)}`);
  }
  const workloads = files.length > 0 ? [...new Set(groups.map(({ workload }) => workload))] : [];
  const models = workloads.map((workload) => [
    workload,
    [...filesOf(workload, files).map((file) => `--model ${quoted(file)}`), ...ofModels].join(' '),
  ]);
  return { program, options: kept.join(' '), models: Object.fromEntries(models) };
}

/** The file that is called like the workload; all of them where none is. */
function filesOf(workload: string, files: readonly string[]): readonly string[] {
  const own = files.filter((file) => basename(file, extname(file)) === workload);
  return own.length > 0 ? own : files;
}

/** Each option with its value, but for flags. */
function optionsIn(command: string): [string, string][] {
  const words = wordsOf(command).filter((word) => !flags.has(word));
  return words.flatMap((word, index): [string, string][] => {
    const value = words[index + 1];
    // What ends the options of npm is none.
    return /^--\w/.test(word) && value !== undefined ? [[word, value]] : [];
  });
}

/** The opposite of `quoted`: words of a command line, as a shell takes them apart. */
function wordsOf(line: string): string[] {
  const found = line.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/g);
  return [...found].map(([word]) => word.replaceAll(/'([^']*)'|\\(.)/g, '$1$2'));
}
