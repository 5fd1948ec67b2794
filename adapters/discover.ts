/** Finds the frameworks by listing `adapters/`: a file or folder with a default-exported `Framework` is one. */

import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { delimiter, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { messageOf, TouchstoneError } from '../common/errors.js';
import { invocation } from '../common/invocation.js';
import type { Framework, Target } from './adapter.js';
import { atVersion, splitVersion } from './versions.js';

const here = dirname(fileURLToPath(import.meta.url));
/** Not frameworks: the contract, this file, and what adapters share. */
const notFrameworks = new Set(['adapter', 'discover', 'lowering', 'versions']);

/**
 * Every framework, in the order of their names, then those of `TOUCHSTONE_ADAPTER` (paths of compiled adapters outside
 * the tree, separated as in PATH; workers inherit it). Imports descriptors only, never a framework.
 */
export async function discoverFrameworks(): Promise<Framework[]> {
  const names = (await readdir(here)).sort();
  const inTree = names.map(moduleOf).filter((path) => path !== undefined);
  return Promise.all([...inTree, ...outsideAdapters()].map(loadFramework));
}

/** Those that `--adapter` names. */
export function discoverOutside(): Promise<Framework[]> {
  return Promise.all(outsideAdapters().map(loadFramework));
}

/** Paths of the adapters outside the tree. */
export function outsideAdapters(): string[] {
  const paths = (process.env.TOUCHSTONE_ADAPTER ?? '').split(delimiter).filter(Boolean);
  return paths.map((path) => resolve(path));
}

/** Adds one, for this process and the workers that it starts; twice is once. */
export function addOutsideAdapter(path: string): void {
  const paths = new Set([...outsideAdapters(), resolve(path)]);
  process.env.TOUCHSTONE_ADAPTER = [...paths].join(delimiter);
}

/** The target of that name, at the version that the name may ask for, with its framework; throws when there is none. */
export async function findTarget(name: string): Promise<{ framework: Framework; target: Target }> {
  const { name: wanted, version } = splitVersion(name);
  for (const framework of await discoverFrameworks()) {
    const target = framework.targets.find((candidate) => candidate.name === wanted);
    if (target) return { framework, target: version === undefined ? target : atVersion(target, version) };
  }
  throw new TouchstoneError('usage', `there is no target ${name}`, {
    hint: `\`${invocation('list')}\` shows them all`,
  });
}

/** Loads one adapter from a path, inside the tree or outside it. */
export async function loadFramework(path: string): Promise<Framework> {
  const module = await importAdapter(path);
  if (!module.default?.targets) {
    throw new TouchstoneError('usage', `${path} does not default-export a Framework`, {
      hint: 'see docs/adding-a-framework.md',
    });
  }
  return module.default;
}

async function importAdapter(path: string): Promise<{ default?: Framework }> {
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    throw new TouchstoneError('usage', `the adapter ${path} cannot be loaded: ${messageOf(error)}`, {
      hint: 'it is JavaScript, or TypeScript where Node runs that (22.18 and newer)',
      cause: error,
    });
  }
}

function moduleOf(entry: string): string | undefined {
  const extension = extname(entry);
  const name = entry.slice(0, entry.length - extension.length);
  if (notFrameworks.has(name) || entry.endsWith('.d.ts') || entry.endsWith('.map')) return undefined;
  if (extension === '.js' || extension === '.ts') return join(here, entry);
  const index = ['index.js', 'index.ts']
    .map((file) => join(here, entry, file))
    .find((file) => existsSync(file));
  return index;
}
