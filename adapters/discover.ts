/** Finds the frameworks by listing `adapters/`: a file or folder with a default-exported `Framework` is one. */

import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { delimiter, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { TouchstoneError } from '../common/errors.js';
import type { Framework, Target } from './adapter.js';

const here = dirname(fileURLToPath(import.meta.url));
/** Not frameworks: the contract, this file, and what adapters share. */
const notFrameworks = new Set(['adapter', 'discover', 'lowering']);

/**
 * Every framework, in the order of their names, then those of `TOUCHSTONE_ADAPTER` (paths of compiled adapters outside
 * the tree, separated as in PATH; workers inherit it). Imports descriptors only, never a framework.
 */
export async function discoverFrameworks(): Promise<Framework[]> {
  const names = (await readdir(here)).sort();
  const inTree = names.map(moduleOf).filter((path) => path !== undefined);
  const outside = (process.env.TOUCHSTONE_ADAPTER ?? '').split(delimiter).filter(Boolean);
  return Promise.all([...inTree, ...outside.map((path) => resolve(path))].map(loadFramework));
}

/** The target of that name, with its framework; throws when there is none. */
export async function findTarget(name: string): Promise<{ framework: Framework; target: Target }> {
  for (const framework of await discoverFrameworks()) {
    const target = framework.targets.find((candidate) => candidate.name === name);
    if (target) return { framework, target };
  }
  throw new TouchstoneError('usage', `there is no target ${name}`, { hint: 'see `npm run bench -- list`' });
}

/** Loads one adapter from a path, inside the tree or outside it. */
export async function loadFramework(path: string): Promise<Framework> {
  const module = (await import(pathToFileURL(path).href)) as { default?: Framework };
  if (!module.default?.targets) {
    throw new TouchstoneError('internal', `${path} does not default-export a Framework`);
  }
  return module.default;
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
