/**
 * Python environments, one for each framework, under `.touchstone/environments/`: made on first use, from pinned
 * packages. The stamp is written last, so a half-made one is seen for what it is and made again.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { lock } from 'proper-lockfile';
import { z } from 'zod';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import { environmentsFolder, stateFolder } from '../../common/paths.js';
import { type EnvironmentDefinition, environmentDefinition } from './definition.js';
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
/** A holder that was killed stops renewing its lock and is overruled after this long. */
const staleMs = 10_000;

/** Whether it is there, complete, and made from the present pins; takes milliseconds. */
export async function environmentState(name: string): Promise<EnvironmentState> {
  const definition = environmentDefinition(name);
  const python = pythonIn(definition);
  if (!existsSync(definition.folder))
    return { state: 'missing', reason: `environment ${name} is not installed` };
  const made = readStamp(definition);
  if (!made) return { state: 'broken', reason: `environment ${name} was left half-made` };
  if (made.lockHash !== definition.lockHash) {
    return { state: 'broken', reason: `environment ${name} was made from other pins` };
  }
  const alive = await execa(python, ['-c', ''], { reject: false });
  if (alive.exitCode !== 0)
    return { state: 'broken', reason: `the interpreter of environment ${name} does not start` };
  return { state: 'ready', python };
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
  const before = await environmentState(name);
  if (before.state === 'ready') return before;
  if (options.installedOnly)
    throw new TouchstoneError('install', before.reason, { hint: 'install it with `npm run setup -- --all`' });
  const definition = environmentDefinition(name);
  mkdirSync(environmentsFolder, { recursive: true });
  const release = await waitForLock(definition, options.report);
  try {
    // Another run may have made it while this one waited.
    const now = await environmentState(name);
    return now.state === 'ready' ? now : await make(definition, options.report);
  } finally {
    await release();
  }
}

/** Several at once: they are independent, and most of an installation is waiting and unpacking. */
export async function ensureEnvironments(
  names: readonly string[],
  options: EnsureOptions = {},
): Promise<void> {
  const results = await Promise.allSettled(names.map((name) => ensureEnvironment(name, options)));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

async function make(
  definition: EnvironmentDefinition,
  report?: (line: string) => void,
): Promise<{ python: string }> {
  const { name, title, sizeMb, note, folder, lockFile, lockHash } = definition;
  const interpreter = await findInterpreter(definition.python);
  if (!interpreter.found) {
    throw new TouchstoneError('install', `environment ${name}: ${interpreter.reason}`, {
      hint: interpreter.mend,
    });
  }
  report?.(`installing ${title}: about ${sizeMb} MB into ${folder}${note ? `. ${note}` : ''}`);
  rmSync(folder, { recursive: true, force: true });
  const logFile = join(stateFolder, 'logs', `environment-${name}.log`);
  await runInstaller(interpreter.path, ['-m', 'venv', folder], logFile, `environment ${name}`);
  const python = pythonIn(definition);
  const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off'];
  await runInstaller(python, [...pip, '--requirement', lockFile], logFile, `environment ${name}`, report);
  writeFileSync(stampIn(definition), JSON.stringify({ lockHash, version: interpreter.version }));
  report?.(`installed ${title}`);
  return { python };
}

async function waitForLock(definition: EnvironmentDefinition, report?: (line: string) => void) {
  const lockfilePath = `${definition.folder}.lock`;
  for (let told = false; ; told = true) {
    try {
      // The library tells locks apart by what is locked, which need not exist yet.
      return await lock(definition.folder, {
        realpath: false,
        stale: staleMs,
        update: staleMs / 4,
        lockfilePath,
      });
    } catch (error) {
      if ((error as { code?: string }).code !== 'ELOCKED') {
        throw new TouchstoneError('install', `cannot lock ${lockfilePath}: ${messageOf(error)}`, {
          cause: error,
        });
      }
      if (!told) report?.(`another run installs ${definition.title}; waiting for it`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

function readStamp(definition: EnvironmentDefinition): z.infer<typeof stamp> | undefined {
  const path = stampIn(definition);
  if (!existsSync(path)) return undefined;
  try {
    return stamp.parse(JSON.parse(readFileSync(path, 'utf8')));
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
