/** Runs pip and its like: into a log, with a sign of life, and never past the end of this process. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { stateFolder } from '../../common/paths.js';
import { capabilities, dieWithParent } from '../process/capabilities.js';

/** A line this often shows that a long download is alive. */
const heartbeatMs = 10_000;

/**
 * @param what for messages
 * @param report told every few seconds what was last said
 * @throws TouchstoneError('install') with the last line that it printed
 */
export async function runInstaller(
  file: string,
  parameters: readonly string[],
  logFile: string,
  what: string,
  report?: (line: string) => void,
): Promise<void> {
  mkdirSync(dirname(logFile), { recursive: true });
  writeFileSync(logFile, '', { flag: 'a' });
  const command = capabilities().canDieWithParent
    ? [...dieWithParent, file, ...parameters]
    : [file, ...parameters];
  const [program = '', ...rest] = command;
  const child = execa(program, rest, {
    reject: false,
    all: true,
    stdin: 'ignore',
    // Nothing lands outside the project folder unless the user has said where caches are.
    env: {
      PIP_CACHE_DIR: process.env.PIP_CACHE_DIR ?? join(stateFolder, 'cache', 'pip'),
      PYTHONDONTWRITEBYTECODE: '',
    },
  });
  let last = '';
  child.all.on('data', (chunk: Buffer) => {
    appendFileSync(logFile, chunk);
    last = chunk.toString().trim().split('\n').at(-1) ?? last;
  });
  const heartbeat = setInterval(() => report?.(`${what}: ${messageOf(last).slice(0, 100)}`), heartbeatMs);
  const result = await child;
  clearInterval(heartbeat);
  if (!result.failed) return;
  const words = messageOf(last || result.shortMessage).slice(0, 300);
  throw new TouchstoneError('install', `${what} could not be installed: ${words}`, {
    hint: `its log is ${logFile}`,
  });
}
