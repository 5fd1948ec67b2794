/** Modules that are found by listing a folder, so that adding one edits nothing else. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What every module of a folder exports by default, with its path, in the order of their names; of TypeScript or compiled. */
export async function defaultExports<Value>(folder: string): Promise<{ path: string; value: Value }[]> {
  const names = readdirSync(folder).filter((name) => /(?<!\.d)\.[jt]s$/.test(name));
  const paths = names.sort().map((name) => join(folder, name));
  const loaded = await Promise.all(paths.map((path) => import(pathToFileURL(path).href)));
  return loaded.map((module: { default: Value }, index) => ({
    path: paths[index] ?? '',
    value: module.default,
  }));
}
