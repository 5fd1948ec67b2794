import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's root, whether this file runs as TypeScript source or compiled under `build/`. */
export const projectRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

/** Everything that Touchstone installs, caches or measures lies here; removing it loses nothing but time and results. */
export const stateFolder = join(projectRoot, '.touchstone');
export const environmentsFolder = join(stateFolder, 'environments');
export const artefactsFolder = join(stateFolder, 'artefacts');
/** What takes long to compute, by content: outputs and gradients of references. */
export const referencesFolder = join(stateFolder, 'cache/references');
export const runsFolder = join(stateFolder, 'runs');

/** The store of all runs of this checkout, or the one that `TOUCHSTONE_HISTORY` names; undefined where that is empty. */
export function historyFile(): string | undefined {
  return (process.env.TOUCHSTONE_HISTORY ?? join(stateFolder, 'history.sqlite')) || undefined;
}

/** Compiled JavaScript: what workers start, so that their start-up shows the framework and not a TypeScript loader. */
export const buildFolder = join(projectRoot, 'build');

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'start.mjs'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('Touchstone is not inside its checkout: no start.mjs above it');
  return findRoot(parent);
}
