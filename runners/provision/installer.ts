/** Runs pip and its like: into a log, with a sign of life, and never past the end of this process. */
import { appendFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { dieWithParent, wrappedBy } from '../../common/child-process.js';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { stateFolder } from '../../common/paths.js';

/** A line this often shows that a long download is alive. */
const heartbeatMs = 10_000;
/** Enough of what was said to hold its last line. */
const tailLength = 4_000;

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
}

/** @throws TouchstoneError('install') with the line that tells why it failed, and where its log is */
export async function runInstaller(
  file: string,
  parameters: readonly string[],
  installation: Installation,
): Promise<void> {
  const { what, logFile, report, signal, cwd, environment } = installation;
  const [program = '', ...rest] = wrappedBy([dieWithParent], [file, ...parameters]);
  const child = execa(program, rest, {
    reject: false,
    all: true,
    buffer: false,
    stdin: 'ignore',
    cancelSignal: signal,
    env: { ...surroundings(), ...environment },
    ...(cwd === undefined ? {} : { cwd }),
  });
  let tail = '';
  child.all.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-tailLength);
    writeLog(logFile, chunk);
  });
  const heartbeat = setInterval(
    () => report?.(`${what}: ${linesOf(tail).at(-1)?.slice(0, 100) ?? 'at work'}`),
    heartbeatMs,
  );
  const result = await child.finally(() => clearInterval(heartbeat));
  if (!result.failed) return;
  const why = tellingLine(tail) ?? messageOf(result.shortMessage ?? 'it ended without a word');
  throw new TouchstoneError('install', `${what} could not be installed: ${why}`, {
    hint: `its log is ${logFile}`,
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

function linesOf(text: string): string[] {
  return text.split(/[\r\n]+/).filter((line) => line.trim() !== '');
}

function tellingLine(text: string): string | undefined {
  const lines = linesOf(text);
  const line = lines.findLast((candidate) => /^\s*(npm )?(ERROR|error)\b/.test(candidate)) ?? lines.at(-1);
  return line === undefined ? undefined : messageOf(line).slice(0, 300);
}
