/**
 * Where npm packages are: those of this project's lock file, and those of a target at another version, in a folder of
 * its own. Workers import this: nothing here loads what installs.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Target } from '../../adapters/adapter.js';
import { installedPackage, projectRoot, stateFolder } from '../../common/paths.js';

/** A target that consists of npm packages. */
export interface PackagedTarget extends Target {
  readonly packages: readonly string[];
}

const packageFile = z.object({ version: z.string() });

/** The folder whose `node_modules` holds a target's packages. */
export function packagesRoot(target: PackagedTarget): string {
  if (target.version === undefined) return projectRoot;
  return join(stateFolder, 'packages', target.name.replaceAll('/', '-'));
}

export function packageFolder(target: PackagedTarget, name: string): string {
  if (target.version === undefined) return installedPackage(name);
  return join(packagesRoot(target), 'node_modules', name);
}

/** Installed version of a target's package; undefined where it is not, or not whole. */
export function packageVersion(target: PackagedTarget, name: string): string | undefined {
  try {
    const text = readFileSync(join(packageFolder(target, name), 'package.json'), 'utf8');
    return packageFile.parse(JSON.parse(text)).version;
  } catch {
    return undefined;
  }
}

/** Installed versions of a target's packages, by name; what is not installed is left out. */
export function packageVersions(target: PackagedTarget): Record<string, string> {
  const found = target.packages.map((name) => [name, packageVersion(target, name)] as const);
  return Object.fromEntries(found.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
