/**
 * Python environments, one for each framework, under `.touchstone/environments/`: made on first use, from pinned
 * packages. The stamp is written last, so a half-made one is seen for what it is and made again.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { type EnvironmentDefinition, environmentDefinition } from './definition.js';
import { whileLocked } from './environment-lock.js';
import { runInstaller } from './installer.js';
import { findInterpreter } from './interpreter.js';

export interface EnsureOptions {
  /** Told what is about to be downloaded, and how it goes. */
  readonly report?: (line: string) => void;
  /** Never installs: a missing environment is an error that says what would make it. */
  readonly installedOnly?: boolean;
}

export type EnvironmentState =
  | { readonly state: 'ready'; readonly python: string }
  | { readonly state: 'missing' | 'broken'; readonly reason: string };

const stamp = z.object({ lockHash: z.string(), version: z.string() });

/** Whether it is there, complete, and made from the present pins; takes milliseconds. */
export async function environmentState(name: string): Promise<EnvironmentState> {
  return stateOf(environmentDefinition(name));
}

/**
 * Makes the environment where it is not ready.
 *
 * @throws TouchstoneError('install') with the last words of what failed, and where its log is
 */
export async function ensureEnvironment(
  name: string,
  options: EnsureOptions = {},
): Promise<{ python: string }> {
  return ensure(environmentDefinition(name), options);
}

/**
 * Several at once: they are independent, and most of an installation is waiting and unpacking. All are tried; then the
 * first failure is thrown.
 */
export async function ensureEnvironments(
  names: readonly string[],
  options: EnsureOptions = {},
): Promise<void> {
  const results = await Promise.allSettled(names.map((name) => ensureEnvironment(name, options)));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

/** As `environmentState`, for a definition from anywhere. */
export async function stateOf(definition: EnvironmentDefinition): Promise<EnvironmentState> {
  const { name, folder, lockHash } = definition;
  if (!existsSync(folder)) return { state: 'missing', reason: `environment ${name} is not installed` };
  const made = readStamp(definition);
  if (!made) return broken(`environment ${name} was left half-made`);
  if (made.lockHash !== lockHash) return broken(`environment ${name} was made from other pins`);
  const python = pythonIn(definition);
  // An upgrade of the system may take away the interpreter below an environment, or put another one in its place.
  const script = 'import sys; print("%d.%d" % sys.version_info[:2])';
  const alive = await execa(python, ['-I', '-c', script], { reject: false });
  if (alive.exitCode !== 0) return broken(`the interpreter of environment ${name} does not start`);
  if (!made.version.startsWith(`${alive.stdout.trim()}.`)) {
    return broken(
      `environment ${name} was made for Python ${made.version}, and runs ${alive.stdout.trim()} now`,
    );
  }
  return { state: 'ready', python };
}

/** As `ensureEnvironment`, for a definition from anywhere. */
export async function ensure(
  definition: EnvironmentDefinition,
  options: EnsureOptions,
): Promise<{ python: string }> {
  const before = await stateOf(definition);
  if (before.state === 'ready') return before;
  if (options.installedOnly) {
    throw new TouchstoneError('install', before.reason, { hint: 'install it with `npm run setup -- --all`' });
  }
  return whileLocked(definition, options.report, async (signal) => {
    // Another run may have made it while this one waited.
    const now = await stateOf(definition);
    return now.state === 'ready' ? now : make(definition, signal, options.report);
  });
}

/** In its final place, since an environment cannot be moved. */
async function make(
  definition: EnvironmentDefinition,
  signal: AbortSignal,
  report?: (line: string) => void,
): Promise<{ python: string }> {
  const { name, title, sizeMb, note, folder, logFile, lockFile, lockHash } = definition;
  const interpreter = await findInterpreter(definition.python);
  if (!interpreter.found) {
    throw new TouchstoneError('install', `environment ${name}: ${interpreter.reason}`, {
      hint: interpreter.mend,
    });
  }
  report?.(`installing ${title}: about ${sizeMb} MB into ${folder}${note ? `. ${note}` : ''}`);
  await clear(definition);
  const installation = { what: `environment ${name}`, logFile, report, signal };
  // `-I`: what PYTHONPATH and its like name must not count as installed.
  await runInstaller(interpreter.path, ['-I', '-m', 'venv', folder], installation);
  const python = pythonIn(definition);
  const pip = ['-I', '-m', 'pip', 'install', '--disable-pip-version-check', '--no-input'];
  await runInstaller(python, [...pip, '--progress-bar', 'off', '--requirement', lockFile], installation);
  signal.throwIfAborted();
  writeFileSync(stampIn(definition), JSON.stringify({ lockHash, version: interpreter.version }));
  report?.(`installed ${title}`);
  return { python };
}

/** Takes away what a half-made one left, and begins its log anew. */
async function clear({ name, folder, logFile }: EnvironmentDefinition): Promise<void> {
  try {
    // Not at once: a gigabyte takes seconds, in which the lock could not be renewed.
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    mkdirSync(dirname(logFile), { recursive: true });
    writeFileSync(logFile, '');
  } catch (error) {
    throw new TouchstoneError('install', `environment ${name} cannot be written: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function broken(reason: string): EnvironmentState {
  return { state: 'broken', reason };
}

function readStamp(definition: EnvironmentDefinition): z.infer<typeof stamp> | undefined {
  try {
    return stamp.parse(JSON.parse(readFileSync(stampIn(definition), 'utf8')));
  } catch {
    return undefined;
  }
}

function stampIn(definition: EnvironmentDefinition): string {
  return join(definition.folder, 'touchstone.json');
}

function pythonIn(definition: EnvironmentDefinition): string {
  return join(definition.folder, 'bin', 'python');
}
