/**
 * Python environments, one for each framework, under `.touchstone/environments/`: made on first use, from pinned
 * packages. The stamp is written last, so a half-made one is seen for what it is and made again.
 */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { TouchstoneError } from '../../common/errors.js';
import { type EnvironmentDefinition, environmentDefinition } from './definition.js';
import {
  clearInstallation,
  type EnsureOptions,
  ensureInstallation,
  type Installation,
  type InstallationState,
  type MakingTools,
  type NotReady,
  readStamp,
  writeStamp,
} from './installation.js';
import { unfinished } from './installation-lock.js';
import { findInterpreter } from './interpreter.js';

export interface EnvironmentReady {
  readonly python: string;
}

export type EnvironmentState = InstallationState<EnvironmentReady>;

const stamp = z.object({
  lockHash: z.string(),
  version: z.string(),
  /** See `interpreterMark`; absent from environments that an earlier build made. */
  interpreter: z.string().optional(),
});

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
): Promise<EnvironmentReady> {
  return ensure(environmentDefinition(name), options);
}

/** As `environmentState`, for a definition from anywhere. */
export async function stateOf(definition: EnvironmentDefinition): Promise<EnvironmentState> {
  const { name, folder, lockHash } = definition;
  if (!existsSync(folder)) return { state: 'missing', reason: `environment ${name} is not installed` };
  const made = readStamp(folder, stamp);
  if (!made) return broken(await unfinished(folder, `environment ${name}`));
  if (made.lockHash !== lockHash) return broken(`environment ${name} was made from other pins`);
  const python = pythonIn(definition);
  // An upgrade of the system may take away the interpreter below an environment, or put another one in its place. It is asked
  // only where its file is not the one that made the environment: starting six of them takes longer than all else of a plan.
  if (made.interpreter !== undefined && made.interpreter === interpreterMark(python)) {
    return { state: 'ready', python };
  }
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
): Promise<EnvironmentReady> {
  return ensureInstallation(installationOf(definition), options);
}

/** The environment of that name, as something to be installed. */
export function environmentInstallation(name: string): Installation<EnvironmentReady> {
  return installationOf(environmentDefinition(name));
}

function installationOf(definition: EnvironmentDefinition): Installation<EnvironmentReady> {
  const { name, title, sizeMb, folder, logFile } = definition;
  return {
    what: `environment ${name}`,
    title,
    sizeMb,
    folder,
    logFile,
    state: () => stateOf(definition),
    make: (tools) => make(definition, tools),
  };
}

/** In its final place, since an environment cannot be moved. */
async function make(
  definition: EnvironmentDefinition,
  { report, signal, run }: MakingTools,
): Promise<EnvironmentReady> {
  const { name, title, sizeMb, note, folder, logFile, requirements, lockHash } = definition;
  const interpreter = await findInterpreter(definition.python);
  if (!interpreter.found) {
    throw new TouchstoneError('install', `environment ${name}: ${interpreter.reason}`, {
      hint: interpreter.fix,
    });
  }
  report?.(`installing ${title}: about ${sizeMb} MB into ${folder}${note ? `. ${note}` : ''}`);
  await clearInstallation({ what: `environment ${name}`, logFile }, folder);
  // `-I`: what PYTHONPATH and its like name must not count as installed.
  await run(interpreter.path, ['-I', '-m', 'venv', folder]);
  const python = pythonIn(definition);
  const pip = ['-I', '-m', 'pip', 'install', '--disable-pip-version-check', '--no-input'];
  await run(python, [...pip, '--progress-bar', 'off', ...requirements]);
  signal.throwIfAborted();
  writeStamp(folder, { lockHash, version: interpreter.version, interpreter: interpreterMark(python) });
  report?.(`installed ${title}`);
  return { python };
}

/** The file behind the environment's interpreter, with its size and time; undefined where there is none. */
function interpreterMark(python: string): string | undefined {
  try {
    const path = realpathSync(python);
    const { size, mtimeMs } = statSync(path);
    return `${path}, ${size} bytes, ${mtimeMs}`;
  } catch {
    return undefined;
  }
}

function broken(reason: string): NotReady {
  return { state: 'broken', reason };
}

function pythonIn(definition: EnvironmentDefinition): string {
  return join(definition.folder, 'bin', 'python');
}
