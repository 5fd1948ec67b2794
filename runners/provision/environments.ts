/**
 * Python environments, one for each framework, under `.touchstone/environments/`: made on first use, from pinned
 * packages. The stamp is written last, so a half-made one is seen for what it is and made again.
 */
import { existsSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { required } from '../../common/at.js';
import { TouchstoneError } from '../../common/errors.js';
import { type EnvironmentDefinition, environmentDefinition, lockedRequirements } from './definition.js';
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
import { normalName, readLockFile, writeLock } from './lock-file.js';
import { choiceOfPip } from './pip-choice.js';
import { newerVersionHint, resolvingVariables } from './published-before.js';
import { folderSize } from './size.js';

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
async function make(definition: EnvironmentDefinition, tools: MakingTools): Promise<EnvironmentReady> {
  const { report, signal, run } = tools;
  const { name, title, sizeMb, note, folder, logFile, lockHash } = definition;
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
  await installPackages(definition, python, tools);
  signal.throwIfAborted();
  writeStamp(folder, {
    ...{ lockHash, version: interpreter.version, interpreter: interpreterMark(python) },
    sizeBytes: await folderSize(folder),
  });
  report?.(`installed ${title}`);
  return { python };
}

const pip = ['-I', '-m', 'pip'];
const pipInstall = ['install', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off'];

async function installPackages(
  definition: EnvironmentDefinition,
  python: string,
  tools: MakingTools,
): Promise<void> {
  const { report, run } = tools;
  const { name, lockFile, kind, requirements, buildsLockFile } = definition;
  if (kind === 'resolved') {
    // The pip that Python brings knows no dates.
    const installer = await ensureEnvironment('installer', { report });
    return run(installer.python, [...pip, '--python', python, ...pipInstall, ...requirements], {
      environment: resolvingVariables(),
      hint: newerVersionHint('PIP_UPLOADED_PRIOR_TO'),
      isVersionAsked: true,
    });
  }
  if (kind === 'pinned') {
    report?.(`environment ${name}: ${lockFile} lacks hashes, so what is downloaded is not checked`);
    return run(python, [...pip, ...pipInstall, ...requirements]);
  }
  const install = (file: string) => run(python, [...pip, ...pipInstall, ...lockedRequirements(file)]);
  await install(buildsLockFile === undefined ? lockFile : await withBuilds(definition, python, tools));
  // No more is installed than is locked, so that nothing else tells whether the installed builds have all that they need.
  const check = [...pip, 'check'];
  if (buildsLockFile !== undefined && (await execa(python, check, { reject: false })).exitCode !== 0) {
    await install(buildsLockFile);
  }
  await run(python, check);
}

/**
 * The lock file with the builds that pip would take here, as far as it has their hashes. By hashes alone pip passes over a build
 * of which no index tells one: the small PyTorch in a folder, for the CUDA build of several GB.
 */
async function withBuilds(
  { name, folder, lockFile }: EnvironmentDefinition,
  python: string,
  { report, run }: MakingTools,
): Promise<string> {
  const pins = readLockFile(lockFile);
  const choice = await choiceOfPip(folder, pins, (parameters) => run(python, [...pip, ...parameters]));
  const chosen = pins.map((pin) => {
    const { version, hash } = required(choice, normalName(pin.name), "pip's choice");
    if (pin.hashes.includes(hash)) return { ...pin, version };
    report?.(
      `environment ${name}: ${pin.name} ${version} on this machine is not locked; another file is looked for`,
    );
    return pin;
  });
  const file = join(folder, 'requirements.txt');
  writeFileSync(file, writeLock(chosen));
  return file;
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

export function pythonIn(definition: EnvironmentDefinition): string {
  return join(definition.folder, 'bin', 'python');
}
