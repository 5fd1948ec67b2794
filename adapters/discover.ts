/** Finds the frameworks by listing `adapters/`: a file or folder with a default-exported `Framework` is one. */

import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { delimiter, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { at } from '../common/at.js';
import { messageOf, TouchstoneError } from '../common/errors.js';
import { invocation } from '../common/invocation.js';
import type { Framework, Target } from './adapter.js';
import { atVersion, splitVersion } from './versions.js';

const here = dirname(fileURLToPath(import.meta.url));
/** Not frameworks: the contract, this file, and what adapters share. */
const notFrameworks = new Set(['adapter', 'discover', 'lowering', 'page', 'versions']);

/**
 * Every framework, in the order of their names, then those of `TOUCHSTONE_ADAPTER` (paths of compiled adapters outside
 * the tree, separated as in PATH; workers inherit it). Imports descriptors only, never a framework.
 */
export async function discoverFrameworks(): Promise<Framework[]> {
  const paths = [...(await modulesInTree()), ...outsideAdapters()];
  const frameworks = await Promise.all(paths.map(loadFramework));
  requireOwnNames(frameworks.map((framework, index) => ({ framework, path: at(paths, index) })));
  return frameworks;
}

/** Two under one name would be one subject in every result. */
function requireOwnNames(loaded: readonly { readonly framework: Framework; readonly path: string }[]): void {
  const owners = new Map<string, string>();
  for (const { framework, path } of loaded) {
    for (const name of new Set([framework.name, ...framework.targets.map((target) => target.name)])) {
      const owner = owners.get(name);
      if (owner !== undefined) {
        throw new TouchstoneError('usage', `the adapters ${owner} and ${path} both have the name ${name}`, {
          hint: 'rename the framework and the targets of one of them',
        });
      }
      owners.set(name, path);
    }
  }
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

/**
 * The target of that name, at the version that the name may ask for, with its framework; throws when there is none. Looks
 * first in the folder that has the framework's name: each Node worker looks for one target, and loads no other's descriptor.
 */
export async function findTarget(name: string): Promise<{ framework: Framework; target: Target }> {
  const { name: wanted, version } = splitVersion(name);
  for (const find of [() => frameworksCalled(wanted), discoverFrameworks]) {
    for (const framework of await find()) {
      const target = framework.targets.find((candidate) => candidate.name === wanted);
      if (target) return { framework, target: version === undefined ? target : atVersion(target, version) };
    }
  }
  throw new TouchstoneError('usage', `there is no target ${name}`, {
    hint: `\`${invocation('list')}\` shows them all`,
  });
}

/** Those of the tree whose folder or file has the name that the target's name begins with: one, or none. */
async function frameworksCalled(target: string): Promise<Framework[]> {
  const [framework] = target.split('/');
  const paths = await modulesInTree((entry) => entry.split('.')[0] === framework);
  return Promise.all(paths.map(loadFramework));
}

/** Loads one adapter from a path, inside the tree or outside it. */
export async function loadFramework(path: string): Promise<Framework> {
  const exported = (await importAdapter(path)).default;
  const wrong = problemOf(exported);
  if (wrong === undefined) return exported as Framework;
  throw new TouchstoneError('usage', `the adapter ${path} does not default-export a Framework: ${wrong}`, {
    hint: 'see docs/adding-a-framework.md',
  });
}

const text = z.string().min(1);
const callable = z.custom((value) => typeof value === 'function', 'expected a function');
const support = z.union([
  z.object({ supported: z.literal(true) }),
  z.object({ supported: z.literal(false), reason: z.string() }),
]);
/** What discovery, planning and the list read of a framework. */
const descriptor = z.object({
  name: text,
  title: text,
  homepage: z.string(),
  targets: z
    .array(
      z.object({
        name: text,
        host: text,
        device: text,
        summary: z.string(),
        modes: z.object({ inference: support, training: support }),
        precisions: z.array(z.string()),
        lower: callable,
        environment: callable,
      }),
    )
    .refine((targets) => new Set(targets.map(({ name }) => name)).size === targets.length, {
      message: 'two have the same name',
    }),
});

/** Undefined for a framework. To look at what is none may run code of it that throws. */
function problemOf(exported: unknown): string | undefined {
  try {
    const issue = descriptor.safeParse(exported).error?.issues[0];
    return issue && `${issue.path.join('.') || 'default'}: ${issue.message}`;
  } catch (error) {
    return messageOf(error);
  }
}

async function importAdapter(path: string): Promise<{ default?: unknown }> {
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    throw new TouchstoneError('usage', `the adapter ${path} cannot be loaded: ${messageOf(error)}`, {
      hint: 'it is JavaScript, or TypeScript where Node runs that (22.18 and newer)',
      cause: error,
    });
  }
}

async function modulesInTree(isWanted: (entry: string) => boolean = () => true): Promise<string[]> {
  const entries = (await readdir(here)).filter(isWanted).sort();
  return entries.map(moduleOf).filter((path) => path !== undefined);
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
