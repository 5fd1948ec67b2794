import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The root of the clone or of the installed package, whether this file runs as TypeScript source or compiled under
 * `build/`. Nothing but `build/` and packages is ever written below it by an installed package.
 */
export const projectRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

/** A clone has the sources and compiles them; a package from npm has the compiled build alone. */
export const isClone = existsSync(join(projectRoot, 'bench.ts'));

/**
 * Everything that Touchstone installs, caches or measures; removing it costs time and results, nothing else. In this
 * order: `TOUCHSTONE_HOME`, which `--home` sets; `.touchstone` of the clone; `.touchstone` of the current folder.
 */
export const stateFolder = process.env.TOUCHSTONE_HOME
  ? resolve(process.env.TOUCHSTONE_HOME)
  : join(isClone ? projectRoot : process.cwd(), '.touchstone');
export const environmentsFolder = join(stateFolder, 'environments');
export const artefactsFolder = join(stateFolder, 'artefacts');
/** What takes long to compute, by content: outputs and gradients of references. */
export const referencesFolder = join(stateFolder, 'cache/references');
/** Parity verdicts by what they depend on. */
export const verdictsFolder = join(stateFolder, 'cache/verdicts');
export const runsFolder = join(stateFolder, 'runs');

/** The store of all runs, or the one that `TOUCHSTONE_HISTORY` names; undefined where that is empty. */
export function historyFile(): string | undefined {
  return (process.env.TOUCHSTONE_HISTORY ?? join(stateFolder, 'history.sqlite')) || undefined;
}

/** Compiled JavaScript: what workers start, so that their start-up shows the framework and not a TypeScript loader. */
export const buildFolder = join(projectRoot, 'build');

/** The folder of a pinned npm package: below the clone, or hoisted into the project that installed this package. */
export function installedPackage(name: string): string {
  for (let folder = projectRoot; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) return join(projectRoot, 'node_modules', name);
  }
}

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'start.mjs'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`no folder above ${folder} holds start.mjs and package.json`);
  return findRoot(parent);
}
