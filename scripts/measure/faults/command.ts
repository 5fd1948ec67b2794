/** The command line as a user starts it: a real process, marked, so that what is left of it can be told from all others. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa, type Options } from 'execa';
import { buildFolder, projectRoot } from '../../../common/paths.js';
import { markName, newMark } from './marked.js';

export type CommandOptions = Options & {
  readonly mark?: string;
  /** A program that starts it. */
  readonly behind?: readonly string[];
};

/** Runs are no part of this checkout's history, unless `env` names one. */
export function startBench(args: readonly string[], options: CommandOptions = {}) {
  const { mark = newMark(), behind = [], env, ...rest } = options;
  const [file = '', ...words] = [...behind, process.execPath, join(buildFolder, 'bench.js'), ...args];
  return execa(file, words, {
    cwd: projectRoot,
    reject: false,
    ...rest,
    env: { NO_COLOR: '1', [markName]: mark, TOUCHSTONE_HISTORY: '', ...env },
  });
}

/** What a command has to be checked for once it has ended. */
export interface Ended {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly timedOut: boolean;
  readonly stdout?: unknown;
  readonly stderr?: unknown;
}

/**
 * What is not right of a command that was given bad input: right is a result, or one line that says why there is none.
 *
 * @param statuses exit statuses that are right
 * @returns undefined where all is right
 */
export function problemOf(ended: Ended, statuses: readonly number[]): string | undefined {
  const { exitCode, signal, timedOut } = ended;
  const output = outputOf(ended);
  const lastLine = output.trim().split('\n').at(-1) ?? '';
  if (timedOut) return 'it did not come to its end';
  const trace = stackTraceIn(ended);
  if (trace !== undefined) return trace;
  if (exitCode === undefined) return `it was ended by ${signal ?? 'an unknown signal'}: ${lastLine}`;
  if (!statuses.includes(exitCode)) return `exit status ${exitCode}: ${lastLine}`;
  const errors = errorLines(output);
  if (exitCode !== 0 && errors.length !== 1)
    return `exit status ${exitCode} with ${errors.length} lines that say why: ${errors.join(' / ') || lastLine}`;
  return undefined;
}

/** That there is a stack trace, with what it is of. */
export function stackTraceIn(ended: Ended): string | undefined {
  const output = outputOf(ended);
  if (!/^ {4}at /m.test(output)) return undefined;
  return `a stack trace: ${errorLines(output)[0] ?? output.trim().split('\n')[0]}`;
}

function outputOf({ stdout, stderr }: Ended): string {
  return `${String(stdout ?? '')}\n${String(stderr ?? '')}`;
}

/** Lines that say why there is no result. */
function errorLines(output: string): string[] {
  return output.split('\n').filter((line) => /^(error|not added): /.test(line));
}

/** Turns in the order in which they finished, as the log of a run folder holds them; a torn last line is not one. */
export function finishedTurns(folder: string): string[] {
  const path = join(folder, 'events.ndjson');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean);
  const events = lines.map(
    (line) => JSON.parse(line) as { type: string; cell: string; round: number; block: number },
  );
  return events
    .filter((event) => event.type === 'turn')
    .map(({ cell, round, block }) => `${cell}@${round}.${block}`);
}

/** Waits until `done` gives something, or fails after a while: a run waits until every other on this machine has measured. */
export async function until<T>(
  what: string,
  done: () => T | undefined | false,
  patienceMs = 300_000,
): Promise<T> {
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    const value = done();
    if (value) return value;
    if (Date.now() > giveUpAt) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
