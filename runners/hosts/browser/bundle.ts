/** The program of a target's page: its adapter, the worker's portable core and the framework, in one file. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { z } from 'zod';
import type { BrowserTarget } from '../../../adapters/adapter.js';
import { messageOf, TouchstoneError } from '../../../common/errors.js';
import { makeFolder } from '../../../common/files.js';
import { projectRoot, stateFolder } from '../../../common/paths.js';
import {
  clearInstallation,
  type Installation,
  type InstallationState,
  readStamp,
  writeStamp,
} from '../../provision/installation.js';
import { packagesRoot } from '../packages.js';

const here = dirname(fileURLToPath(import.meta.url));

/** What it is, wherever and whenever it was made: verdicts depend on this file. */
const stamp = z.object({ digest: z.string() });
/** What it was made of: by path its size and when it was changed. */
const inputMarks = z.record(z.string(), z.string());

const inputsName = 'inputs.json';

export interface Bundle {
  readonly file: string;
}

/** Checkouts that share a state folder have pages of their own. */
export function pageFolder({ name }: BrowserTarget): string {
  const checkout = createHash('sha256').update(projectRoot).digest('hex').slice(0, 8);
  return join(stateFolder, 'cache', 'pages', checkout, name.replaceAll('/', '-'));
}

/** Made again whenever one of its sources has changed. */
export function pageInstallation(target: BrowserTarget): Installation<Bundle> {
  const folder = pageFolder(target);
  const file = join(folder, 'page.js');
  const logFile = join(stateFolder, 'logs', `page-${target.name.replaceAll('/', '-')}.log`);
  const what = `page of ${target.name}`;
  return {
    what,
    title: what,
    sizeMb: 10,
    folder,
    logFile,
    state: async () => stateOf(folder, file, what),
    async make() {
      await clearInstallation({ what, logFile }, folder);
      makeFolder(folder);
      const inputs = await bundlePage(target, file);
      const marks = Object.fromEntries(inputs.map((path) => [path, marksOf(path)]));
      writeFileSync(join(folder, inputsName), JSON.stringify(marks));
      writeStamp(folder, { digest: createHash('sha256').update(readFileSync(file)).digest('hex') });
      return { file };
    },
  };
}

function stateOf(folder: string, file: string, what: string): InstallationState<Bundle> {
  if (!readStamp(folder, stamp) || !existsSync(file))
    return { state: 'missing', reason: `the ${what} is not made yet` };
  const inputs = inputMarks.parse(JSON.parse(readFileSync(join(folder, inputsName), 'utf8')));
  const changed = Object.entries(inputs).find(([path, marks]) => marks !== marksOf(path));
  if (changed) return { state: 'broken', reason: `the ${what} is older than ${changed[0]}` };
  return { state: 'ready', file };
}

function marksOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.size} ${found.mtimeMs}` : 'missing';
}

/**
 * @param serving module whose `serve` is called with the adapter and the page's address; by default that of workers
 * @returns paths of the files that it was made of
 */
export async function bundlePage(
  target: BrowserTarget,
  file: string,
  serving = servingModule(),
): Promise<string[]> {
  const { build } = await import('esbuild');
  const module = moduleOf(target);
  try {
    const { metafile } = await build({
      stdin: { contents: programOf(module, serving), resolveDir: here, sourcefile: 'page-of-target.js' },
      outfile: file,
      absWorkingDir: projectRoot,
      bundle: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
      metafile: true,
      logLevel: 'silent',
      plugins: target.version === undefined ? [] : [fromFolder(target)],
    });
    const paths = Object.keys(metafile.inputs).filter((path) => !path.includes('page-of-target.js'));
    // Those that esbuild made up itself have no file.
    return paths.map((path) => join(projectRoot, path)).filter((path) => existsSync(path));
  } catch (cause) {
    throw new TouchstoneError('install', `the page of ${target.name} cannot be made: ${messageOf(cause)}`, {
      hint: 'what its module imports has to run in a browser',
      cause,
    });
  }
}

/** Compiled, or the TypeScript beside it where nothing is. */
function moduleOf({ name, module }: BrowserTarget): string {
  const path = fileURLToPath(module);
  const found = [path, path.replace(/\.js$/, '.ts')].find((candidate) => existsSync(candidate));
  if (found !== undefined) return found;
  throw new TouchstoneError('usage', `${name} names the module ${path}, which is not there`);
}

function programOf(module: string, serving: string): string {
  return `
import * as adapter from ${JSON.stringify(module)};
import { serve } from ${JSON.stringify(serving)};
const base = new URL('.', import.meta.url);
serve(adapter, base).catch((error) =>
  fetch(new URL('failed', base), { method: 'PUT', body: String(error?.stack ?? error) }),
);
`;
}

function servingModule(): string {
  const compiled = join(here, 'page', 'serve.js');
  return existsSync(compiled) ? compiled : join(here, 'page', 'serve.ts');
}

/** A target at another version than the pinned one has its packages in a folder of its own. */
function fromFolder(target: BrowserTarget): Plugin {
  const names = new Set(target.packages);
  return {
    name: 'packages of another version',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path, kind, importer }) => {
        const isOurs = importer.startsWith(projectRoot) && !importer.includes('node_modules');
        if (!isOurs || ![...names].some((name) => path === name || path.startsWith(`${name}/`)))
          return undefined;
        return build.resolve(path, { kind, resolveDir: packagesRoot(target) });
      });
    },
  };
}
