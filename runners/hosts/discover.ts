/** Finds the hosts by listing `runners/hosts/`: a folder whose `index` default-exports a `WorkerHost` is one. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Target } from '../../adapters/adapter.js';
import { messageOf, TouchstoneError } from '../../common/errors.js';
import type { WorkerHost } from './host.js';

const here = dirname(fileURLToPath(import.meta.url));

/** Loaded once: a host may keep something that its workers share. */
let loading: Promise<WorkerHost[]> | undefined;

/** Every host: those of this folder by name, then those of `TOUCHSTONE_HOST` (compiled modules, separated as in PATH). */
export function discoverHosts(): Promise<WorkerHost[]> {
  loading ??= loadAll();
  return loading;
}

/** @throws TouchstoneError('usage') where no host has the name that the target gives */
export async function hostOf(target: Pick<Target, 'name' | 'host'>): Promise<WorkerHost> {
  const hosts = await discoverHosts();
  const found = hosts.find(({ name }) => name === target.host);
  if (found) return found;
  throw new TouchstoneError('usage', `${target.name} runs on the host ${target.host}, which does not exist`, {
    hint: `the hosts are ${hosts.map(({ name }) => name).join(', ')}`,
  });
}

/** After the last worker of this process: ends what hosts keep for all of their workers. */
export async function closeHosts(): Promise<void> {
  if (!loading) return;
  await Promise.all((await loading).map((host) => host.close()));
}

async function loadAll(): Promise<WorkerHost[]> {
  const entries = (await readdir(here, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const inTree = entries.map(({ name }) => indexOf(name)).sort();
  const outside = (process.env.TOUCHSTONE_HOST ?? '').split(delimiter).filter(Boolean);
  return Promise.all([...inTree, ...outside.map((path) => resolve(path))].map(load));
}

function indexOf(folder: string): string {
  const files = ['index.js', 'index.ts'].map((file) => join(here, folder, file));
  const found = files.find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new TouchstoneError('internal', `the host ${join(here, folder)} has no index`);
}

async function load(path: string): Promise<WorkerHost> {
  const module = await importHost(path);
  if (module.default?.launch) return module.default;
  throw new TouchstoneError('usage', `${path} does not default-export a WorkerHost`, {
    hint: 'the contract is runners/hosts/host.ts',
  });
}

async function importHost(path: string): Promise<{ default?: WorkerHost }> {
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    throw new TouchstoneError('usage', `the host ${path} cannot be loaded: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
