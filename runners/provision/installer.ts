/** Runs pip and its like: into a log, with a sign of life, and never past the end of this process. */
import { appendFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { stateFolder } from '../../common/paths.js';
import { type GroupFailure, linesOf, runGroup } from '../process/run-group.js';

/** A line this often shows that a long download is alive. */
const heartbeatMs = 10_000;

export interface Installation {
  /** For messages: `environment pytorch`. */
  readonly what: string;
  readonly logFile: string;
  /** Told every few seconds what was last said. */
  readonly report?: ((line: string) => void) | undefined;
  readonly signal: AbortSignal;
  /** Folder to run in; that of this process if left out. */
  readonly cwd?: string;
  /** Added to its surroundings. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What to do where it fails, besides reading the log. */
  readonly hint?: string;
  /** The user named the version: where there is none, the command line is wrong. */
  readonly isVersionAsked?: true;
}

/**
 * @throws TouchstoneError('install') with the line that tells why it failed, and where its log is; 'usage' where the user asked for a
 *   version that does not exist
 */
export async function runInstaller(
  file: string,
  parameters: readonly string[],
  installation: Installation,
): Promise<void> {
  const { what, logFile, report, signal, cwd, environment } = installation;
  let lastLine: string | undefined;
  const heartbeat = setInterval(
    () => report?.(`${what}: ${lastLine?.slice(0, 100) ?? 'at work'}`),
    heartbeatMs,
  );
  const failure = await runGroup([file, ...parameters], {
    signal,
    environment: { ...surroundings(), ...environment },
    ...(cwd === undefined ? {} : { cwd }),
    onOutput(chunk, tail) {
      lastLine = linesOf(tail).at(-1);
      writeLog(logFile, chunk);
    },
  }).finally(() => clearInterval(heartbeat));
  if (failure === undefined) return;
  const why = tellingLine(failure);
  const code = installation.isVersionAsked && noSuchVersion.test(why) ? 'usage' : 'install';
  throw new TouchstoneError(code, `${what} could not be installed: ${why}`, {
    hint: [`its log is ${logFile}`, ...(installation.hint === undefined ? [] : [installation.hint])].join(
      '; ',
    ),
  });
}

/** Nothing lands outside the project folder unless the user has said where caches are; nothing of theirs leads an installer elsewhere. */
function surroundings(): Record<string, string> {
  return {
    PIP_CACHE_DIR: process.env.PIP_CACHE_DIR ?? join(stateFolder, 'cache', 'pip'),
    PIP_USER: '0',
    npm_config_cache: npmCache(),
    // Compiled once here instead of by every worker: set, it would show in the import phase.
    PYTHONDONTWRITEBYTECODE: '',
  };
}

/** `npm run` sets the variable by itself, to npm's own default. */
function npmCache(): string {
  const given = process.env.npm_config_cache;
  return given && given !== join(homedir(), '.npm') ? given : join(stateFolder, 'cache', 'npm');
}

function writeLog(logFile: string, chunk: Buffer): void {
  try {
    appendFileSync(logFile, chunk);
  } catch {
    // A disk that is full stops pip too, which says so; the log is a convenience.
  }
}

/** Of npm, and of pip. */
const noSuchVersion = /No matching (?:version|distribution) found/;
/** What npm says last of every failure. */
const whereNpmLogs = /A complete log of this run can be found/;

function tellingLine({ lines, how }: GroupFailure): string {
  const errors = lines.filter(
    (candidate) => /^\s*(npm )?(ERROR|error)\b/.test(candidate) && !whereNpmLogs.test(candidate),
  );
  const line = errors.find((candidate) => noSuchVersion.test(candidate)) ?? errors.at(-1) ?? lines.at(-1);
  return messageOf(line ?? how).slice(0, 300);
}
