/** Discovers suites and workloads by listing folders: every file default-exports one or several. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Suite, Workload } from '../model/workload.js';

const here = dirname(fileURLToPath(import.meta.url));
const families = ['cnn', 'lstm', 'rl', 'micro'];

/** All workloads by family and file name, each followed by its small form if it has one. */
export async function discoverWorkloads(): Promise<Workload[]> {
  const full = await load<Workload>(families.flatMap((family) => modules(join(here, family), () => true)));
  return full.flatMap((workload) => (workload.small ? [workload, workload.small] : [workload]));
}

export async function discoverSuites(): Promise<Suite[]> {
  return load<Suite>(modules(here, (name) => /\.suite\.[jt]s$/.test(name)));
}

function modules(folder: string, wanted: (name: string) => boolean): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => /(?<!\.d)\.[jt]s$/.test(name) && wanted(name));
  return names.sort().map((name) => join(folder, name));
}

async function load<T>(paths: readonly string[]): Promise<T[]> {
  const loaded = await Promise.all(paths.map((path) => import(pathToFileURL(path).href)));
  return loaded.flatMap((module: { default: T | readonly T[] }) => module.default);
}
